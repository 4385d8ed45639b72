import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDemoHandler } from './answer-request.ts';

/** The built-in upstream of `serve --demo`, listening. */
export interface DemoUpstream {
  /** Its base address, `http://127.0.0.1:PORT/v1`. */
  readonly url: URL;
  /** Stops listening and aborts running answers. */
  close(): Promise<void>;
}

/**
 * Starts a small real server on a free loopback port that answers the Responses API and chat
 * completions without a model. The gateway forwards to it as to any other upstream.
 */
export const startDemoUpstream = async (): Promise<DemoUpstream> => {
  const server = createServer(createDemoHandler());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/v1`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
