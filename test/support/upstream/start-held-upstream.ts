import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { encodeEvent, responsesStream } from './responses-stream.ts';

const EVENTS = responsesStream([{ text: 'a held answer' }]).map(encodeEvent);
const BEGINNING = EVENTS.slice(0, 3).join('');
const REST = EVENTS.slice(3).join('');

/** Begins every answer, and ends it when the test says so. */
export interface HeldUpstream {
  readonly url: string;
  /** The clients' own ids of all requests so far. */
  readonly seen: readonly string[];
  /** How many answers have begun and not ended. */
  readonly held: number;
  untilHeld(count: number): Promise<void>;
  /** Ends what is held, and from now on every answer at once. */
  letGo(): void;
}

/** Until the test ends. */
export const startHeldUpstream = async (isHolding = true): Promise<HeldUpstream> => {
  const arrivals = new EventEmitter();
  const held = new Set<ServerResponse>();
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(String(request.headers['x-client-request-id']));
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(BEGINNING);
    if (!isHolding) {
      response.end(REST);
      return;
    }
    held.add(response);
    response.once('close', () => held.delete(response));
    arrivals.emit('held');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    get held() {
      return held.size;
    },
    untilHeld: async (count) => {
      while (held.size < count) await once(arrivals, 'held');
    },
    letGo: () => {
      isHolding = false;
      for (const response of held) response.end(REST);
    },
  };
};
