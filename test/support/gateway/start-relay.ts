import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RecordedRequest, recordRequest } from '../upstream/recorded-request.ts';

/** A relay between a client and the gateway that remembers what the client really sent. */
export interface Relay {
  /** In place of the gateway's: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/** Starts a relay that passes each request on, header lines in their order and spelling, body as it is. */
export const startRelay = async (gatewayUrl: string): Promise<Relay> => {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    const closed = new Promise<{ aborted: boolean; atMs: number }>((resolve) => {
      response.once('close', () => resolve({ aborted: !response.writableFinished, atMs: performance.now() }));
    });
    recordRequest(request, closed)
      .then((recorded) => {
        requests.push(recorded);
        const onward = send(new URL(recorded.url, gatewayUrl), { method: recorded.method });
        for (let index = 0; index < recorded.rawHeaders.length; index += 2) {
          onward.setHeader(recorded.rawHeaders[index] ?? '', recorded.rawHeaders[index + 1] ?? '');
        }
        onward.once('response', (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
          answer.pipe(response);
        });
        onward.once('error', () => response.destroy());
        onward.end(recorded.body);
      })
      .catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
