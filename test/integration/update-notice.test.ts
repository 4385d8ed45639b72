import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { findUpdate } from '../../src/cli/serve/find-update.ts';
import { startProxyTrap } from '../support/codex/start-proxy-trap.ts';
import { startHeldGateway } from '../support/faults/start-held-gateway.ts';

const answering = async (body: string, status = 200): Promise<URL> => {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/gomodel-ts/latest`);
};

const find = async (body: string, status?: number): Promise<string | undefined> =>
  findUpdate({ url: await answering(body, status), current: '0.9.0', proxies: {} });

it('names a newer version, and how to get it', async () => {
  expect(await find('{"version":"0.10.0"}')).toBe(
    'gomodel-ts 0.10.0 is there; this is 0.9.0. npm install -g gomodel-ts@0.10.0',
  );
});

it.each([
  ['{"version":"0.9.0"}', 200],
  ['{"version":"0.8.9"}', 200],
  ['{"version":"1.0.0; rm -rf ~"}', 200],
  ['{"version":{"toString":1}}', 200],
  ['not JSON', 200],
  ['{"version":"9.9.9"}', 404],
  [`{"version":"9.9.9","x":"${'x'.repeat(300_000)}"}`, 200],
])('says nothing of %.40s with %i', async (body, status) => {
  expect(await find(body, status)).toBeUndefined();
});

it.each([
  [{}, []],
  [{ GOMODEL_UPDATE_CHECK: 'true' }, ['registry.npmjs.org:443']],
] as const)('asks the network only where %j says so', async (env, attempts) => {
  const trap = await startProxyTrap();
  onTestFinished(() => trap.close());
  const gateway = await startHeldGateway({ args: ['--demo'], env: { ...trap.env, ...env } });
  if (attempts.length > 0) await expect.poll(() => trap.attempts).toEqual(attempts);
  // Whatever was asked at the start has been asked when a request was answered.
  await fetch(`${gateway.url}/models`);
  expect(trap.attempts).toEqual(attempts);
});
