import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

export type Event = Record<string, unknown> & { readonly type: string };

/** A client that keeps what it is told. */
export interface TestClient {
  readonly ws: WebSocket;
  /** The gateway's 101 answer. */
  readonly response: IncomingMessage;
  /** Every message, as it came. */
  readonly frames: readonly Buffer[];
  readonly events: readonly Event[];
  send(message: object | string | Buffer): void;
  /** Waits until an event that satisfies the condition has come, after those that were waited for before. */
  until(condition: (event: Event) => boolean): Promise<Event>;
  /** Waits for the last event of the next answer. */
  answer(): Promise<Event>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

const LAST = /^(?:response\.(?:completed|failed|incomplete)|error)$/;

/** As Codex asks, without which the gateway speaks the API's own events alone. */
export const CODEX_HEADERS = {
  'openai-beta': 'responses_websockets=2026-02-06',
  'user-agent': 'codex_exec/0.169.0 (Debian 12.0.0; x86_64) unknown (codex_exec; 0.169.0)',
  originator: 'codex_exec',
  'session-id': 'session-1',
  'x-codex-turn-metadata': '{"turn_id":"","session_id":"session-1"}',
};

/** Connects to `…/v1`. @throws where the handshake fails */
export const connectClient = async (
  v1: string,
  options: { headers?: Record<string, string>; compresses?: boolean; path?: string } = {},
): Promise<TestClient> => {
  const arrivals = new EventEmitter();
  arrivals.setMaxListeners(0);
  const frames: Buffer[] = [];
  const events: Event[] = [];
  let read = 0;
  const ws = new WebSocket(`${v1.replace(/^http/, 'ws')}${options.path ?? '/responses'}`, {
    headers: options.headers ?? {},
    perMessageDeflate: options.compresses === true,
    maxPayload: 256 * 2 ** 20,
  });
  const closed = once(ws, 'close').then(([code, reason]) => ({
    code: code as number,
    reason: String(reason),
  }));
  closed.then(() => arrivals.emit('closed')).catch(() => {});
  ws.on('message', (data) => {
    frames.push(data as Buffer);
    events.push(JSON.parse(String(data)) as Event);
    arrivals.emit('event');
  });
  const [response] = (await Promise.race([
    once(ws, 'upgrade'),
    once(ws, 'error').then(([error]) => Promise.reject(error)),
  ])) as [IncomingMessage];
  if (ws.readyState === ws.CONNECTING) await once(ws, 'open');
  ws.on('error', () => {});

  const until: TestClient['until'] = async (condition) => {
    for (;;) {
      while (read < events.length) {
        const event = events[read++] as Event;
        if (condition(event)) return event;
      }
      if (ws.readyState === ws.CLOSED) throw new Error(`closed after ${JSON.stringify(events.at(-1))}`);
      await Promise.race([once(arrivals, 'event'), once(arrivals, 'closed')]);
    }
  };
  return {
    ws,
    response,
    frames,
    events,
    send: (message) =>
      ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message), {
        binary: false,
      }),
    until,
    answer: () => until(({ type }) => LAST.test(type)),
    closed,
  };
};
