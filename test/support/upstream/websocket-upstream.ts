import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { responsesStream } from './responses-stream.ts';

/** A message as the upstream saw it. */
interface RecordedFrame {
  /** Which connection it came on, from 0. */
  readonly connection: number;
  readonly bytes: Buffer;
  json(): Record<string, unknown>;
}

interface RecordedConnection {
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly extensions: string;
  readonly closed: Promise<{ readonly code: number; readonly reason: string; readonly atMs: number }>;
  /** To say something unasked, or to close. */
  readonly ws: WebSocket;
}

/** What the double does upon one message. */
type FrameAnswer =
  /** Sends each as one text message; a Buffer as it is. */
  | { readonly kind: 'events'; readonly events: readonly (object | Buffer)[] }
  | { readonly kind: 'close'; readonly code: number; readonly reason?: string }
  /** Kills the connection. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' };

/** What the double answers to the messages that ask for something, in their order over all connections. */
export type FrameScript = (frame: RecordedFrame, index: number) => FrameAnswer;

export interface WebSocketUpstream {
  /** `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly connections: readonly RecordedConnection[];
  readonly frames: readonly RecordedFrame[];
  /** Waits for the message with this index. */
  frame(index: number): Promise<RecordedFrame>;
  close(): Promise<void>;
}

export interface WebSocketUpstreamOptions {
  /** Header lines of the 101 answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether compressed messages are agreed on. */
  readonly compresses?: boolean;
}

const isWarmUp = (frame: RecordedFrame): boolean => {
  try {
    return frame.json().generate === false;
  } catch {
    return false;
  }
};

const answerFrame = (ws: WebSocket, answer: FrameAnswer): void => {
  switch (answer.kind) {
    case 'events':
      for (const event of answer.events)
        ws.send(Buffer.isBuffer(event) ? event : JSON.stringify(event), { binary: false });
      return;
    case 'close':
      ws.close(answer.code, answer.reason);
      return;
    case 'reset':
      ws.terminate();
      return;
    case 'silence':
      return;
  }
};

/** Starts an upstream that speaks Responses over WebSocket, and answers warm-ups by itself. */
export const startWebSocketUpstream = async (
  script: FrameScript,
  options: WebSocketUpstreamOptions = {},
): Promise<WebSocketUpstream> => {
  const arrivals = new EventEmitter();
  const connections: RecordedConnection[] = [];
  const frames: RecordedFrame[] = [];
  let asked = 0;
  let warmUps = 0;

  const server = createServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"this test upstream speaks WebSocket alone"}}');
  });
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: options.compresses === true,
    maxPayload: 256 * 2 ** 20,
  });
  sockets.on('headers', (lines) => {
    for (const [name, value] of Object.entries(options.headers ?? {})) lines.push(`${name}: ${value}`);
  });
  sockets.on('connection', (ws, { url = '', rawHeaders, headers }) => {
    const connection = connections.length;
    const closed = once(ws, 'close').then(([code, reason]) => ({
      code: code as number,
      reason: String(reason),
      atMs: performance.now(),
    }));
    connections.push({ url, rawHeaders, headers, extensions: ws.extensions, closed, ws });
    ws.on('error', () => ws.terminate());
    ws.on('message', (data) => {
      const bytes = data as Buffer;
      const frame: RecordedFrame = { connection, bytes, json: () => JSON.parse(bytes.toString()) };
      frames.push(frame);
      arrivals.emit('frame');
      if (isWarmUp(frame)) {
        const events = responsesStream([], { id: `resp_warm_${++warmUps}` });
        answerFrame(ws, { kind: 'events', events });
      } else answerFrame(ws, script(frame, asked++));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/v1`,
    connections,
    frames,
    frame: async (index) => {
      for (;;) {
        const found = frames[index];
        if (found) return found;
        await once(arrivals, 'frame');
      }
    },
    close: () =>
      new Promise((resolve) => {
        for (const ws of sockets.clients) ws.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
