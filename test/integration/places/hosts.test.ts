import http from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { listen } from '../../../src/server/listening/listen.ts';

const servers: http.Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

const bind = async (host: string | undefined): Promise<string[]> => {
  const createServer = () => http.createServer();
  const bound = await listen({ createServer, host, port: 0 });
  servers.push(...bound.servers);
  return bound.servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.address : '';
  });
};

describe('an address to bind', () => {
  it.each([undefined, 'localhost', 'LocalHost'])('%s is both loopback addresses', async (host) => {
    expect(await bind(host)).toEqual(await bind(undefined));
  });

  it.each(['127.0.0.1', '0.0.0.0'])('%s is that one', async (host) => {
    expect(await bind(host)).toEqual([host]);
  });

  it.each(['x86_64-conda-linux-gnu.invalid', '192.0.2.1'])(
    '%s of another tool is told apart',
    async (host) => {
      await expect(bind(host)).rejects.toMatchObject({
        code: 'command_failed',
        message: expect.stringContaining('HOST must be an address of this machine. Some shells and tools'),
      });
    },
  );
});
