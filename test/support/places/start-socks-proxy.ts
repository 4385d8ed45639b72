import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** A SOCKS5 proxy without a password, which leads every host to one port of this machine. */
export interface SocksProxy {
  readonly address: string;
  /** The hosts that it was asked for, as `host:port`. */
  readonly asked: readonly string[];
}

const DOMAIN = 3;

/** @param leadsTo 0: it refuses every connection */
export const startSocksProxy = async (leadsTo: number): Promise<SocksProxy> => {
  const asked: string[] = [];
  const server = createServer((client) => {
    client.on('error', () => {});
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request: Buffer) => {
        const isName = request[3] === DOMAIN;
        const end = isName ? 5 + (request[4] ?? 0) : 8;
        const host = isName ? request.subarray(5, end).toString() : request.subarray(4, 8).join('.');
        asked.push(`${host}:${request.readUInt16BE(end)}`);
        const answer = (status: number): Buffer => Buffer.from([5, status, 0, 1, 0, 0, 0, 0, 0, 0]);
        if (leadsTo === 0) return void client.end(answer(4));
        const target = connect(leadsTo, '127.0.0.1', () => {
          client.write(answer(0));
          client.pipe(target).pipe(client);
        });
        return target.on('error', () => client.destroy());
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
};
