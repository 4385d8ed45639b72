import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventsOf, type StreamScript } from './stream-events.ts';

export interface PacedUpstream {
  readonly url: string;
  close(): void;
}

/** An upstream that answers what its request asks for: `input` is a script; an event each `paceMs`. */
export const startPacedUpstream = async (paceMs: number): Promise<PacedUpstream> => {
  const running = new Map<ServerResponse, Iterator<string>>();
  // One timer for all: a thousand would measure themselves.
  const pace = setInterval(() => {
    for (const [response, events] of running) {
      const { value, done } = events.next();
      if (!done) response.write(value);
      else {
        running.delete(response);
        response.end();
      }
    }
  }, paceMs);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string };
    const script = JSON.parse(input) as StreamScript;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.once('close', () => running.delete(response));
    running.set(response, eventsOf(script));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => {
      clearInterval(pace);
      server.closeAllConnections();
      server.close();
    },
  };
};
