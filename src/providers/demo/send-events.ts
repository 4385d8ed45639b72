import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface SseEvent {
  /** The `event:` line; chat completions have none. */
  readonly name?: string;
  readonly data: string;
}

const MAX_PAUSE_MS = 30;
const ALL_PAUSES_MS = 900;

/** The pause before each event of a stream, in milliseconds; together less than a second. */
export const planPauses = (events: number): number => Math.min(MAX_PAUSE_MS, ALL_PAUSES_MS / events);

/**
 * Writes an SSE body at a pace at which one can watch it, in about a second at most, and ends the
 * response. A client that leaves ends the writing.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const sendEvents = async (response: ServerResponse, events: readonly SseEvent[]): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  response.flushHeaders();
  const pauseMs = planPauses(events.length);
  try {
    for (const { name, data } of events) {
      await pause(pauseMs, undefined, { signal: gone.signal });
      response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${data}\n\n`);
    }
  } catch (reason) {
    if (!gone.signal.aborted) throw reason;
    return;
  }
  response.end();
};
