import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createTemporaryFolder } from '../temporary-folder.ts';

export interface CloudRequest {
  readonly method: string;
  readonly host: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface CloudAnswer {
  readonly status?: number;
  readonly body: object;
}

/** Several hosts of the internet on one TLS server, reached through a proxy that leads nowhere else. */
export interface Cloud {
  /** Variables for a gateway that is to reach it. */
  readonly env: Readonly<Record<string, string>>;
  readonly requests: readonly CloudRequest[];
  close(): Promise<void>;
}

const listen = async (server: http.Server | https.Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

/** @param hosts whose names its certificate has; @param answer to each request, by its host */
export const startCloud = async (
  hosts: readonly string[],
  answer: (request: CloudRequest) => CloudAnswer,
): Promise<Cloud> => {
  const folder = createTemporaryFolder('cloud');
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=cloud'.split(' ');
  const files = ['-addext', `subjectAltName=${names}`, '-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', ...kind, ...files], { stdio: 'ignore' });

  const requests: CloudRequest[] = [];
  const server = https.createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    async (message, response) => {
      const { method = '', url = '', headers } = message;
      const request = { method, host: headers.host ?? '', url, headers, body: await buffer(message) };
      requests.push(request);
      const { status = 200, body } = answer(request);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    },
  );
  const port = await listen(server);
  const sockets = new Set<Socket>();
  const proxy = http.createServer();
  proxy.on('connect', (_request, client: Socket, head) => {
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      target.write(head);
      client.pipe(target).pipe(client);
    });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  const proxyPort = await listen(proxy);
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`, NO_PROXY: '', SSL_CERT_FILE: certificate },
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
