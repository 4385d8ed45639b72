import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { listenToStream } from '../../support/admin/listen-to-stream.ts';
import { askAnew, askModel } from '../../support/gateway/ask-anew.ts';
import { startWorkersGateway } from '../../support/gateway/start-workers.ts';
import { startHeldUpstream } from '../../support/upstream/start-held-upstream.ts';

const readiness = async (origin: string): Promise<unknown> => {
  const { text } = await askAnew(`${origin}/readyz`);
  return JSON.parse(text).workers;
};

/** Who reads the log sees all that has happened until then: the primary has asked the workers. */
const untilTold = (port: number): Promise<unknown> => readAdmin(port, 'audit/log');

it('replaces a worker that was killed under load, and loses no record that the upstream saw', async () => {
  const upstream = await startHeldUpstream();
  const gateway = await startWorkersGateway(2, { upstreamUrl: upstream.url });
  const before = await listenToStream(gateway.port);
  const hello = await before.until(({ event }) => event.type === 'hello');
  before.leave();
  const held = Array.from({ length: 10 }, (_, index) =>
    askModel(gateway.url, `held${index}`).then(
      ({ status }) => status,
      () => 'broken',
    ),
  );
  await upstream.untilHeld(10);
  const initial = gateway.workerPids();
  const victim = gateway.busiestWorker();
  process.kill(victim, 'SIGKILL');
  // Those who ask meanwhile are answered by the other one, or by the new one.
  let isOver = false;
  const load = Array.from({ length: 4 }, async (_, client) => {
    for (let index = 0; !isOver; index++)
      await askModel(gateway.url, `load${client}-${index}`).catch(() => {});
  });
  await gateway.said(`Worker ${victim} was killed by SIGKILL.`);
  await gateway.said('Another one is taking its place.');
  await expect.poll(() => readiness(gateway.origin)).toEqual({ wanted: 2, running: 2, died: 1 });
  const next = gateway.workerPids().find((pid) => !initial.includes(pid)) ?? 0;
  process.kill(next, 'SIGKILL');
  await gateway.said(`Worker ${next} was killed by SIGKILL.`);
  await expect.poll(() => readiness(gateway.origin)).toEqual({ wanted: 2, running: 2, died: 2 });
  upstream.letGo();
  const outcomes = await Promise.all(held);
  expect(gateway.workerPids().length).toBe(4);
  isOver = true;
  await Promise.all(load);

  const broken = outcomes.filter((outcome) => outcome === 'broken').length;
  expect(broken).toBeGreaterThan(0);
  expect(outcomes.filter((outcome) => outcome === 200).length).toBe(10 - broken);
  // As a browser does whose connection broke with the worker: from the last event that it has.
  const stream = await listenToStream(gateway.port, hello.id);
  for (let index = 0; index < 10; index++) {
    const { event } = await stream.until(
      ({ event }) => event.type === 'close' && event.record.clientRequestId === `held${index}`,
    );
    const finish = event.type === 'close' ? event.record.response.finish : undefined;
    expect(finish).toBe(outcomes[index] === 'broken' ? 'interrupted' : 'completed');
  }
  stream.leave();
  const records = await gateway.everyRecord();
  const byClient = new Map(records.map((record) => [record.clientRequestId, record]));
  expect(upstream.seen.filter((id) => !byClient.has(id))).toEqual([]);
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  expect(records.filter(({ response }) => response.finish === 'interrupted').length).toBe(broken);
  expect(await gateway.stop('SIGTERM')).toBe(0);
});

it.each([
  ['SIGTERM', 0],
  ['SIGINT', 130],
] as const)('lets running answers of all workers end on %s', async (signal, code) => {
  const upstream = await startHeldUpstream();
  const gateway = await startWorkersGateway(2, { upstreamUrl: upstream.url });
  const answers = ['a', 'b', 'c', 'd'].map((name) => askModel(gateway.url, name));
  await upstream.untilHeld(4);
  await untilTold(gateway.port);
  const stopped = gateway.stop(signal);
  await gateway.said('Stopping: answers in progress have 10 s to finish');
  await expect(askAnew(`${gateway.origin}/health`)).rejects.toThrow();
  upstream.letGo();
  for (const { status, text } of await Promise.all(answers)) {
    expect([status, text.includes('response.completed')]).toEqual([200, true]);
  }
  expect(await stopped).toBe(code);
  const records = await gateway.everyRecord();
  expect(records.map(({ response }) => response.finish)).toEqual(Array(4).fill('completed'));
});

it('ends at once on a second signal, and the next start reports what was under way', async () => {
  const upstream = await startHeldUpstream();
  const gateway = await startWorkersGateway(2, { upstreamUrl: upstream.url });
  const answers = ['a', 'b', 'c'].map((name) => askModel(gateway.url, name).catch(() => 'broken'));
  await upstream.untilHeld(3);
  await untilTold(gateway.port);
  const stopped = gateway.stop('SIGINT');
  await gateway.said('press Ctrl-C again');
  gateway.signal('SIGINT');
  expect(await stopped).toBe(130);
  expect(await Promise.all(answers)).toEqual(['broken', 'broken', 'broken']);
  expect(readdirSync(gateway.temporary)).toEqual([]);
  const next = await startWorkersGateway(2, { upstreamUrl: upstream.url, dataDir: gateway.dataDir });
  await next.said('3 requests were under way when an earlier gateway was killed');
  const records = await next.everyRecord();
  expect(records.map(({ response }) => response.finish)).toEqual(Array(3).fill('interrupted'));
});
