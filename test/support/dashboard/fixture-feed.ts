import type { ServerResponse } from 'node:http';
import type { AuditEntry } from '../../../src/admin/api-types/entry.ts';
import type { StreamEvent } from '../../../src/admin/api-types/stream.ts';

const REMEMBERED = 2000;
const LOST = { lines: 0, bodies: 0 };

/** The event stream: tells what happens, and tells it again to who comes back. */
export interface FixtureFeed {
  send(event: StreamEvent): void;
  connect(response: ServerResponse, lastEventId: string | undefined, running: AuditEntry[]): ServerResponse;
  /** Cuts every connection, as a gateway that is restarted would. */
  cut(): void;
}

export const createFixtureFeed = (): FixtureFeed => {
  const listeners = new Set<ServerResponse>();
  const sent: Array<{ id: number; text: string }> = [];
  let lastId = 0;
  const frame = (id: number, event: StreamEvent) => `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
  return {
    send: (event) => {
      const text = frame(++lastId, event);
      sent.push({ id: lastId, text });
      if (sent.length > REMEMBERED) sent.shift();
      for (const listener of listeners) listener.write(text);
    },
    connect: (response, lastEventId, running) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      const after = Number(lastEventId ?? Number.NaN);
      const resumed =
        after <= lastId && (after === lastId || (sent[0]?.id ?? Number.POSITIVE_INFINITY) <= after + 1);
      const hello: StreamEvent = {
        type: 'hello',
        resumed,
        now: new Date().toISOString(),
        running,
        lost: LOST,
      };
      response.write(frame(resumed ? after : lastId, hello));
      if (resumed) for (const { id, text } of sent) if (id > after) response.write(text);
      listeners.add(response);
      const beat = setInterval(
        () => response.write(frame(lastId, { type: 'beat', now: new Date().toISOString(), lost: LOST })),
        10_000,
      );
      response.on('close', () => {
        clearInterval(beat);
        listeners.delete(response);
      });
      return response;
    },
    cut: () => {
      for (const listener of listeners) listener.destroy();
    },
  };
};
