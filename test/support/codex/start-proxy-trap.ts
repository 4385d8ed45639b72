import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that lets nothing out and remembers who asked. */
export interface ProxyTrap {
  /** What a child must have in its environment so that all it sends beyond loopback comes here. */
  readonly env: Readonly<Record<string, string>>;
  /** `host:port` or URL of every attempt. */
  readonly attempts: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts the trap. It needs no privilege (a network namespace does), so it holds on every machine;
 * that nothing goes around it shows in a run of the suite under `unshare --net`, with loopback alone.
 */
export const startProxyTrap = async (): Promise<ProxyTrap> => {
  const attempts: string[] = [];
  const server = createServer((request, response) => {
    attempts.push(request.url ?? '');
    response.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    attempts.push(request.url ?? '');
    // Who is refused may be gone before it has read so.
    socket.on('error', () => {});
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const loopback = 'localhost,127.0.0.1,::1';
  return {
    env: {
      HTTP_PROXY: url,
      HTTPS_PROXY: url,
      ALL_PROXY: url,
      http_proxy: url,
      https_proxy: url,
      all_proxy: url,
      NO_PROXY: loopback,
      no_proxy: loopback,
    },
    attempts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
