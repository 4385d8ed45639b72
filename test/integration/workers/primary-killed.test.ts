import { readdirSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { askAnew, askModel } from '../../support/gateway/ask-anew.ts';
import { startWorkersGateway } from '../../support/gateway/start-workers.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import type { Answer } from '../../support/upstream/script.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const ENDS: Answer = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) };
const HANGS: Answer = { ...ENDS, eventLimit: 3, finally: 'hang' };
/** Which worker takes a connection is up to the system: so many never reach one alone. */
const MAX_REQUESTS = 200;

/** Never ends what a client names so. */
const startUpstreamFor = async (hanging: string): Promise<string> => {
  const upstream = await startUpstream(({ headers }) =>
    String(headers['x-client-request-id']).startsWith(hanging) ? HANGS : ENDS,
  );
  onTestFinished(() => upstream.close());
  return upstream.url;
};

const isServing = (origin: string): Promise<boolean> =>
  askAnew(`${origin}/health`).then(
    () => true,
    () => false,
  );

it('ends with its primary when that is killed, frees the port, and keeps what was in the log', async () => {
  const upstreamUrl = await startUpstreamFor('held');
  const gateway = await startWorkersGateway(2, { upstreamUrl });
  const done = Array.from({ length: 12 }, (_, index) => `done${index}`);
  await Promise.all(done.map((name) => askModel(gateway.url, name)));
  const held = ['held0', 'held1', 'held2', 'held3'].map((name) => {
    let began = (): void => {};
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const over = askModel(gateway.url, name, { onData: () => began() }).catch(() => 'broken');
    return { begun, over };
  });
  await Promise.all(held.map(({ begun }) => begun));
  // The workers write all that has happened until now.
  await readAdmin(gateway.port, 'audit/log');
  gateway.signal('SIGKILL');
  expect(await Promise.all(held.map(({ over }) => over))).toEqual(held.map(() => 'broken'));
  await expect.poll(() => isServing(gateway.origin), { timeout: 10_000 }).toBe(false);
  expect(readdirSync(gateway.temporary)).toEqual([]);

  const args = ['--port', String(gateway.port)];
  const next = await startWorkersGateway(2, { upstreamUrl, dataDir: gateway.dataDir, args });
  await next.said('4 requests were under way when an earlier gateway was killed');
  expect((await askModel(next.url, 'done12')).status).toBe(200);
  const records = await next.everyRecord();
  const namesOf = (finish: string): (string | undefined)[] =>
    records.flatMap(({ response, clientRequestId }) => (response.finish === finish ? clientRequestId : []));
  expect(namesOf('completed').sort()).toEqual([...done, 'done12'].sort());
  expect(namesOf('interrupted').sort()).toEqual(['held0', 'held1', 'held2', 'held3']);
  expect(records.length).toBe(done.length + 1 + held.length);
});

it('takes away what an earlier gateway left that was killed with all its workers, and nothing of a living one', async () => {
  const upstreamUrl = await startUpstreamFor('held');
  const killed = await startWorkersGateway(2, { upstreamUrl });
  const { dataDir, temporary } = killed;
  for (let asked = 0; killed.workerPids().length < 2 && asked < MAX_REQUESTS; asked++) {
    await askModel(killed.url, `done${asked}`);
  }
  const workers = killed.workerPids();
  expect(workers.length).toBe(2);
  const [left] = readdirSync(temporary);
  const more = { upstreamUrl, dataDir, env: { TMPDIR: temporary } };
  const living = await startWorkersGateway(2, more);
  // Asleep, they cannot see that the primary is gone.
  for (const pid of workers) process.kill(pid, 'SIGSTOP');
  await killed.stop('SIGKILL');
  for (const pid of workers) process.kill(pid, 'SIGKILL');
  expect(readdirSync(temporary)).toContain(left);
  expect(readdirSync(temporary).length).toBe(2);
  await startWorkersGateway(2, more);
  expect(readdirSync(temporary)).not.toContain(left);
  expect(readdirSync(temporary).length).toBe(2);
  expect((await askAnew(`${living.origin}/readyz`)).status).toBe(200);
});
