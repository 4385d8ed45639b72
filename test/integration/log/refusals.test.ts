import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Recorder } from '../../../src/log/capture/recorder.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import { collect } from '../../support/log/collect.ts';
import { queryExchanges } from '../../support/log/query-exchanges.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const log = useLogFolder();
const maxDiskBytes = 8 * 2 ** 20;
const diskBytes = (ending = ''): number =>
  log.files(ending).reduce((sum, file) => sum + statSync(join(log.folder, file)).size, 0);

const long = 'x'.repeat(12_000);
const REFUSALS = [
  { auth: 'rejected', status: 401, code: 'invalid_api_key', origin: 'client' },
  { auth: undefined, status: 403, code: 'forbidden_origin', origin: 'client' },
  { auth: undefined, status: 503, code: 'overloaded', origin: 'gateway' },
] as const;

const refuse = (recorder: Recorder, index: number): string => {
  const exchange = recorder.open({
    method: 'POST',
    path: `/v1/responses?${long}`,
    transport: 'http',
    rawHeaders: ['User-Agent', `curl/${long}`, 'X-Filler', long, 'X-Client-Request-Id', long],
  });
  const { auth, status, code, origin } = REFUSALS[index % REFUSALS.length] as (typeof REFUSALS)[number];
  if (auth) exchange.record.auth = auth;
  exchange.record.status = status;
  exchange.record.response.finish = 'failed';
  exchange.record.error = { code, origin, message: `no: ${long}` };
  exchange.appendResponseBody(Buffer.from(long));
  exchange.keepResponseHeaders(['X-Long', long]);
  exchange.close();
  return exchange.id;
};

it('keeps no headers, no bodies and little text of a request that was not let in (M8)', async () => {
  const recorder = await log.startRecorder({ maxDiskBytes });
  for (let index = 0; index < REFUSALS.length; index++) {
    const id = refuse(recorder, index);
    await recorder.flush();
    const detail = await readExchange(log.dataDir, id);
    expect(detail?.record.status).toBe(REFUSALS[index]?.status);
    expect(detail).toMatchObject({ requestHeaders: [], responseHeaders: [] });
    expect(detail).not.toHaveProperty('responseBody');
    expect(JSON.stringify(detail).length).toBeLessThan(2_500);
    expect(await readExchange(log.dataDir, id.slice(0, 28))).toBeDefined();
  }
});

it.each([600, 5_000])('loses no other exchange to %i refused ones (M8)', async (count) => {
  const recorder = await log.startRecorder({ maxDiskBytes });
  const genuine: string[] = [];
  for (let index = 0; index < 50; index++) {
    const record = { auth: 'master_key' } as const;
    genuine.push(recordExchange(recorder, { responseBody: `answer ${index}`, record }).id);
  }
  await recorder.flush();
  let last = '';
  for (let index = 0; index < count; index++) {
    last = refuse(recorder, index);
    if (index % 250 === 0) {
      await recorder.flush();
      expect(diskBytes('.jsonl')).toBeLessThan(maxDiskBytes);
    }
  }
  await recorder.flush();
  const kept = new Set((await collect(queryExchanges(log.dataDir))).map(({ id }) => id));
  expect(genuine.filter((id) => !kept.has(id))).toEqual([]);
  expect(kept.size).toBeGreaterThan(genuine.length + 150);
  const refused = log.files('.jsonl').filter((file) => file.includes('-refused-'));
  const refusedBytes = refused.reduce((sum, file) => sum + statSync(join(log.folder, file)).size, 0);
  expect(refusedBytes).toBeLessThan(0.0625 * maxDiskBytes);
  if (count < 1000) expect(kept.has(last)).toBe(true);
  const counts = (log.lines() as { kind: string; refused?: { total: number } }[]).filter(
    ({ kind }) => kind === 'refused',
  );
  expect(counts.length).toBeGreaterThan(0);
});

it('counts those of which it has no room for a record (M8)', async () => {
  const recorder = await log.startRecorder({ maxDiskBytes });
  for (let index = 0; index < 5_000; index++) refuse(recorder, index);
  await recorder.close();
  const told = (log.lines() as { refused?: { total: number; unrecorded: number } }[]).flatMap(
    ({ refused }) => refused ?? [],
  );
  const records = log.lines().filter((line) => (line as { kind?: string }).kind === 'close').length;
  expect(records).toBeGreaterThan(100);
  expect(told.at(-1)?.total).toBe(5_000);
  expect(told.at(-1)?.unrecorded).toBeGreaterThan(1_000);
});

it('keeps the headers of what was let in, and refused later (M8)', async () => {
  const recorder = await log.startRecorder({ maxDiskBytes });
  const error = { origin: 'gateway', code: 'unknown_route', message: 'no such route' } as const;
  const record = { auth: 'none', status: 404, error } as const;
  const { id } = recordExchange(recorder, { rawHeaders: ['X-A', 'b'], record });
  await recorder.flush();
  expect((await readExchange(log.dataDir, id))?.requestHeaders).toEqual([['X-A', 'b']]);
});
