import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface SseEvent {
  /** The `event:` line; chat completions have none. */
  readonly name?: string;
  readonly data: string;
}

const FIRST_PAUSE_MS = 150;
const LONGEST_PAUSE_MS = 30;
const ALL_PAUSES_MS = 900;

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
  const pauseMs = Math.min(LONGEST_PAUSE_MS, ALL_PAUSES_MS / events.length);
  try {
    await pause(FIRST_PAUSE_MS, undefined, { signal: gone.signal });
    for (const { name, data } of events) {
      response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${data}\n\n`);
      await pause(pauseMs, undefined, { signal: gone.signal });
    }
  } catch (reason) {
    if (!gone.signal.aborted) throw reason;
    return;
  }
  response.end();
};
