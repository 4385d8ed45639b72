import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** An upstream over TLS whose certificate nobody knows, and that takes no key. */
export interface TlsServer {
  /** `https://localhost:PORT/v1`. */
  readonly url: string;
  /** The file of its certificate. */
  readonly certificate: string;
  close(): Promise<void>;
}

/** @param message of its 401 answers */
export const startTlsServer = async (message: string): Promise<TlsServer> => {
  const folder = createTemporaryFolder('tls');
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = '-subj /CN=localhost -addext subjectAltName=DNS:localhost -days 2'.split(' ');
  const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'.split(' ');
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (_request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message } }));
    },
  );
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}/v1`,
    certificate,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
