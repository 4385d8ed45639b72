import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { playSteps, type Step } from './play-steps.ts';
import { createFrameReader, type FrameReader } from './read-frames.ts';
import type { Scene } from './scene.ts';
import type { Side } from './side.ts';

/** What an upstream does with one request, once its head has come; `asked`: its body has come, too. */
export type UpstreamScript = readonly (Step | 'asked')[];

export interface UpstreamPlay {
  readonly scene: Scene;
  /** For each request in turn; the last one repeats. */
  readonly answers: readonly UpstreamScript[];
  /** On a new connection, before any request. */
  readonly greeting?: readonly Step[];
}

/** An upstream that writes bytes as a script says, whether they are HTTP or not. */
export interface ScriptedUpstream {
  /** `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  play(play: UpstreamPlay): void;
  /** Requests since the last `play`. */
  readonly asked: number;
  /** Scripts that are not at their end. */
  readonly playing: number;
  /** What has come over each WebSocket connection since the last `play`. */
  readonly webSockets: readonly FrameReader[];
  /** Breaks all its connections off. */
  drop(): void;
  close(): Promise<void>;
}

const END_OF_HEAD = '\r\n\r\n';

const bodyLengthOf = (head: string): number => Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);

export const startScriptedUpstream = async (first: UpstreamPlay): Promise<ScriptedUpstream> => {
  const sockets = new Set<Socket>();
  let current = first;
  let asked = 0;
  let playing = 0;
  let webSockets: FrameReader[] = [];

  const perform = async (side: Side, script: UpstreamScript, bodyEnd: number, scene: Scene) => {
    for (const step of script) {
      if (step !== 'asked') await playSteps(side, [step], scene);
      else await scene.until('the whole request at the upstream', () => side.received().length >= bodyEnd);
      if (step === 'asked') scene.mark('asked');
    }
  };

  const serve = async (socket: Socket): Promise<void> => {
    const { scene, answers, greeting = [] } = current;
    let text = '';
    const frames = createFrameReader();
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      frames.push(chunk);
      scene.changed();
    });
    for (const event of ['end', 'close', 'error']) socket.on(event, scene.changed);
    const side: Side = { name: 'upstream', socket, received: () => text, frames };
    await playSteps(side, greeting, scene);
    for (let from = 0; ; ) {
      const isOver = (): boolean => socket.destroyed || socket.readableEnded;
      const headEnd = (): number => text.indexOf(END_OF_HEAD, from);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (headEnd() < 0 && !isOver()) return;
          socket.off('data', look).off('close', look).off('end', look);
          resolve();
        };
        socket.on('data', look).on('close', look).on('end', look);
        look();
      });
      if (headEnd() < 0) return;
      const bodyStart = headEnd() + END_OF_HEAD.length;
      const bodyEnd = bodyStart + bodyLengthOf(text.slice(from, bodyStart));
      from = bodyEnd;
      const script = answers[Math.min(asked++, answers.length - 1)] ?? [];
      if (script.some((step) => typeof step === 'object' && 'accept' in step)) webSockets.push(frames);
      playing++;
      scene.mark('seen');
      await perform(side, script, bodyEnd, scene).finally(() => playing--);
      scene.changed();
    }
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    void serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}/v1`,
    play: (play) => {
      current = play;
      asked = 0;
      playing = 0;
      webSockets = [];
    },
    get webSockets() {
      return webSockets;
    },
    get asked() {
      return asked;
    },
    get playing() {
      return playing;
    },
    drop,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        drop();
      }),
  };
};
