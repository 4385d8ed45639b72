import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeFrame } from '../websocket/raw-frames.ts';
import { playSteps, type Step } from './play-steps.ts';
import { createFrameReader, type FrameReader } from './read-frames.ts';
import type { Scene } from './scene.ts';

export interface ScriptedClient {
  readonly socket: Socket;
  /** Resolves at the end of its script. */
  readonly played: Promise<void>;
  received(): Buffer;
  readonly frames: FrameReader;
}

/** A client that writes bytes as a script says, whether they are HTTP or not; it answers WebSocket's pings. */
export const playClient = async (
  port: number,
  steps: readonly Step[],
  scene: Scene,
): Promise<ScriptedClient> => {
  const chunks: Buffer[] = [];
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const frames = createFrameReader((payload) => socket.write(encodeFrame({ opcode: 10, payload })));
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    frames.push(chunk);
    // Only the beginning is looked for: an answer of megabytes is not copied with each of its chunks.
    if (scene.clientHas.length < 2 ** 20) scene.clientHas += chunk.toString('latin1');
    scene.changed();
  });
  for (const event of ['end', 'close']) socket.on(event, scene.changed);
  await once(socket, 'connect');
  const side = { name: 'client', socket, received: () => scene.clientHas, frames } as const;
  return { socket, played: playSteps(side, steps, scene), received: () => Buffer.concat(chunks), frames };
};
