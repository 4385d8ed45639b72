import { afterEach, expect, it } from 'vitest';
import { type GatewayProcess, startGateway } from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

const HANGS = { eventLimit: 5, finally: 'hang' } as const;
const STREAM = responsesStream([{ text: 'one two three four five six' }]);

let upstream: Upstream;
let gateways: GatewayProcess[] = [];
afterEach(async () => {
  for (const gateway of gateways) await gateway.stop('SIGKILL');
  gateways = [];
  await upstream.close();
});

const start = async (dataDir?: string): Promise<GatewayProcess> => {
  const gateway = await startGateway({ upstreamUrl: upstream.url, ...(dataDir && { dataDir }) });
  gateways.push(gateway);
  return gateway;
};

const ask = (gateway: GatewayProcess, input: string) =>
  fetch(`${gateway.url}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-test', input, stream: true }),
  });

it('has an answer that was running at a kill -9 as interrupted, and all that was before (LESSONS.md 28)', async () => {
  upstream = await startUpstream([
    { kind: 'sse', events: STREAM },
    { kind: 'sse', events: STREAM },
    { kind: 'sse', events: STREAM, ...HANGS },
  ]);
  const first = await start();
  const done = [];
  for (const input of ['first', 'second']) {
    const response = await ask(first, input);
    await response.text();
    done.push(response.headers.get('x-request-id'));
  }
  const before = await first.logs(
    (all) => all.filter(({ durationMs }) => durationMs !== undefined).length === 2,
  );
  expect(before.map(({ id }) => id)).toEqual(done);

  const running = await ask(first, 'third');
  const reader = running.body?.getReader();
  await reader?.read();
  await first.stop('SIGKILL');

  const interrupted = { id: running.headers.get('x-request-id'), response: { finish: 'interrupted' } };
  const dead = await first.logs((all) => all.length === 3);
  expect(dead[2]).toMatchObject(interrupted);

  const second = await start(first.dataDir);
  const after = await second.logs((all) => all.length === 3);
  expect(after[2]).toMatchObject(interrupted);
  expect(after.slice(0, 2)).toEqual(before);
});

it('lets a running answer end when it is asked to stop', async () => {
  upstream = await startUpstream({ kind: 'sse', events: STREAM, pauseMs: 100 });
  const gateway = await start();
  const response = await ask(gateway, 'slowly');
  const reading = response.text();
  const stopping = gateway.stop('SIGTERM');
  expect(await reading).toContain('event: response.completed');
  expect(await stopping).toBe(0);
  const [record] = await gateway.logs((all) => all.length === 1);
  expect(record).toMatchObject({ response: { finish: 'completed' } });
});

it('ends with 130 at an interrupt', async () => {
  upstream = await startUpstream({ kind: 'sse', events: STREAM });
  expect(await (await start()).stop('SIGINT')).toBe(130);
});

it('ends at once at a second signal, and has the answer that ran as interrupted', async () => {
  upstream = await startUpstream({ kind: 'sse', events: STREAM, ...HANGS });
  const gateway = await start();
  const reader = (await ask(gateway, 'endless')).body?.getReader();
  await reader?.read();
  gateway.signal('SIGINT');
  await gateway.said('again to stop now');
  expect(await gateway.stop('SIGINT')).toBe(130);
  const [record] = await gateway.logs((all) => all.length === 1);
  expect(record).toMatchObject({ response: { finish: 'interrupted' } });
});

it('cuts an answer that does not end within ten seconds, and its client reads why', async () => {
  upstream = await startUpstream({ kind: 'sse', events: STREAM, ...HANGS });
  const gateway = await start();
  const reading = (await ask(gateway, 'endless')).text();
  await upstream.request(0);
  const stopping = gateway.stop('SIGTERM');
  expect(await reading).toMatch(/event: response\.failed\ndata: .*"code":"shutting_down"/);
  expect(await stopping).toBe(0);
  const [record] = await gateway.logs((all) => all.length === 1);
  expect(record).toMatchObject({ error: { code: 'shutting_down', origin: 'gateway' } });
});

it('says whose the port is where it is taken by another gateway of ours', async () => {
  upstream = await startUpstream({ kind: 'sse', events: STREAM });
  const first = await start();
  const { port } = new URL(first.url);
  const second = await first.run(['serve', '--port', port]);
  expect(second.code).toBe(3);
  expect(second.stderr).toContain(first.url.replace('/v1', ''));
  expect(second.stderr).toContain(String(first.pid));
});
