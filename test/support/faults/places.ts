import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createTemporaryFolder } from '../temporary-folder.ts';
import type { Place } from './fault.ts';

interface Listening {
  readonly port: number;
  drop(): void;
  close(): Promise<void>;
}

const listen = async (server: Server): Promise<Listening> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    drop,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        drop();
      }),
  };
};

/** A port on which nobody listens. */
const closedPort = async (): Promise<number> => {
  const { port, close } = await listen(createServer());
  await close();
  return port;
};

const NOTHING_OPEN = { drop: () => {}, close: async () => {} };

/** An address that nothing is behind. */
export const nowhere = async (url: string | ((port: number) => string)): Promise<Place> => ({
  url: typeof url === 'string' ? url : url(await closedPort()),
  ...NOTHING_OPEN,
});

/** What is asked for TLS and does something else. */
export const rawServer = async (
  serve: (socket: Socket) => void,
  at: (port: number) => Pick<Place, 'url' | 'env'> = (port) => ({ url: `https://127.0.0.1:${port}/v1` }),
): Promise<Place> => {
  const { port, ...rest } = await listen(createServer(serve));
  return { ...at(port), ...rest };
};

/** A proxy in front of an upstream that it never leads to. */
export const proxyServer = (scheme: 'http' | 'https', serve: (socket: Socket) => void): Promise<Place> =>
  rawServer(serve, (port) => ({
    url: `${scheme}://upstream.test/v1`,
    env: { [`${scheme.toUpperCase()}_PROXY`]: `http://127.0.0.1:${port}` },
  }));

/** An upstream over TLS with a certificate of its own making. @param days until it expires */
export const tlsServer = async (days: number, versions: object = {}): Promise<Place> => {
  const folder = createTemporaryFolder('tls');
  const [key, asked, certificate] = ['key.pem', 'asked.pem', 'certificate.pem'].map((name) =>
    join(folder, name),
  );
  const openssl = (...args: readonly (string | undefined)[]): void => {
    execFileSync(
      'openssl',
      args.filter((arg) => arg !== undefined),
      { stdio: 'ignore' },
    );
  };
  const kind = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost'.split(' ');
  openssl('req', ...kind, '-keyout', key, '-out', asked);
  openssl('x509', '-req', '-in', asked, '-signkey', key, '-days', String(days), '-out', certificate);
  const files = { key: readFileSync(key ?? ''), cert: readFileSync(certificate ?? '') };
  const server = createHttpsServer({ ...files, ...versions }, (_request, response) => response.end('{}'));
  const { port, ...rest } = await listen(server);
  return { url: `https://127.0.0.1:${port}/v1`, ...rest };
};
