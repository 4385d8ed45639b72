import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFileLog } from '../../../src/log/files/open-file-log.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import { encodeCloseLine, encodeEndLine } from '../../../src/log/journal/encode-journal-line.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { collect } from '../../support/log/collect.ts';
import { queryExchanges } from '../../support/log/query-exchanges.ts';
import { openExchange, recordExchange } from '../../support/log/record-exchange.ts';
import { compileRecordingProgram, type RecordingProgram } from '../../support/log/start-recording-child.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const log = useLogFolder();
let program: RecordingProgram;
beforeAll(() => {
  program = compileRecordingProgram();
});
afterAll(() => program.remove());

const readRecord = (line: string): ExchangeRecord | undefined => line && JSON.parse(line).record;
const all = () => collect(queryExchanges(log.dataDir));

/** Prints an id when its exchange is committed: from then on the upstream may have seen the request. */
const UNDER_LOAD = `
for (;;) {
  const exchanges = Array.from({ length: 20 }, open);
  for (const exchange of exchanges) {
    exchange.keepRequestBody(Buffer.from('ask ' + exchange.id), 'identity');
    exchange.commit();
    print(exchange.id);
  }
  await sleep(Math.random() * 4);
  for (const exchange of exchanges.slice(0, 15)) {
    exchange.appendResponseBody(Buffer.from('answer ' + exchange.id));
    exchange.record.status = 200;
    exchange.close();
  }
}`;

it('has every request that the upstream may have seen after a kill -9 at any time (LESSONS.md 28)', async () => {
  for (let round = 0; round < 8; round++) {
    const child = program.start(log.dataDir, UNDER_LOAD);
    await child.untilPrinted(1 + Math.floor(Math.random() * 600));
    await child.kill();

    const committed = child.printed();
    const before = new Map((await all()).map((record) => [record.id, record]));
    expect(committed.filter((id) => !before.has(id))).toEqual([]);

    const recorder = await log.startRecorder();
    await recorder.close();
    const after = new Map((await all()).map((record) => [record.id, record]));
    expect(after.size).toBe(before.size);
    for (const id of committed) {
      const { status, response, durationMs } = after.get(id) ?? {};
      expect(durationMs).toBeGreaterThanOrEqual(0);
      expect(status === 200 ? 'ended' : response?.finish).toBe(status === 200 ? 'ended' : 'interrupted');
    }
    for (const id of [committed[0], committed.at(-1)]) {
      const detail = await readExchange(log.dataDir, id ?? '');
      const { requestBody, record } = detail ?? {};
      // The request reaches the disk a few milliseconds after the exchange's line.
      if (record?.status === 200 || requestBody) expect(requestBody?.bytes.toString()).toBe(`ask ${id}`);
    }
  }
  const torn = log.lines().filter((line) => typeof line === 'string');
  expect(torn).toEqual([]);
}, 60_000);

it('tells of each interrupted exchange once, also when two gateways start at the same time', async () => {
  const child = program.start(log.dataDir, 'const e = open(); e.commit(); print(e.id); await sleep(1e6);');
  await child.untilPrinted(1);
  await child.kill();
  const [one, other] = await Promise.all([log.startRecorder(), log.startRecorder()]);
  const third = await log.startRecorder();
  expect(await third.recovered).toEqual([]);
  await Promise.all([one.flush(), other.flush()]);
  const [id] = child.printed();
  expect(await all()).toMatchObject([
    { id, response: { finish: 'interrupted' }, error: { origin: 'gateway' } },
  ]);
});

it('tells of each interrupted exchange, however many there are', async () => {
  const child = program.start(
    log.dataDir,
    'for (let i = 0; i < 9000; i++) open(); open().commit(); print("all"); await sleep(1e6);',
  );
  await child.untilPrinted(1);
  await child.kill();
  const recorder = await log.startRecorder();
  await recorder.recovered;
  expect(recorder.losses.lines).toBe(0);
  const finishes = (await all()).map(({ response }) => response.finish);
  expect(finishes.length).toBe(9001);
  expect(new Set(finishes)).toEqual(new Set(['interrupted']));
});

it('keeps the request of an interrupted exchange', async () => {
  const child = program.start(
    log.dataDir,
    `const e = open(); e.keepRequestBody(Buffer.from('what was asked'), 'identity'); e.commit();
     await recorder.flush(); print(e.id); await sleep(1e6);`,
  );
  await child.untilPrinted(1);
  await child.kill();
  const [id = ''] = child.printed();
  const text = async () => (await readExchange(log.dataDir, id))?.requestBody?.bytes.toString();
  expect(await text()).toBe('what was asked');
  await log.startRecorder();
  expect(await text()).toBe('what was asked');
});

it('shows what a dead gateway left open as interrupted even before the next one starts', async () => {
  const child = program.start(log.dataDir, 'const e = open(); e.commit(); print(e.id); await sleep(1e6);');
  await child.untilPrinted(1);
  expect((await all())[0]?.response).toEqual({});
  await child.kill();
  expect((await all())[0]?.response).toEqual({ finish: 'interrupted' });
  const detail = await readExchange(log.dataDir, child.printed()[0] ?? '');
  expect(detail?.record.response).toEqual({ finish: 'interrupted' });
});

it('leaves the open exchanges of a living gateway alone', async () => {
  const child = program.start(log.dataDir, 'const e = open(); e.commit(); print(e.id); await sleep(1e6);');
  await child.untilPrinted(1);
  const recorder = await log.startRecorder();
  expect(await recorder.recovered).toEqual([]);
  expect(await all()).toMatchObject([{ response: {} }]);
  expect((await all())[0]).not.toHaveProperty('error');
  await child.kill();
});

it('reads all whole lines of a journal that ends at any byte', async () => {
  const recorder = await log.startRecorder();
  const [first, second] = [recordExchange(recorder).id, recordExchange(recorder).id].sort();
  await recorder.flush();
  const [journal = ''] = log.files('.jsonl');
  const path = join(log.folder, journal);
  const bytes = readFileSync(path);
  // Two open lines, then two close lines.
  const firstClose = bytes.lastIndexOf('{"kind":"close"', bytes.lastIndexOf('{"kind":"close"') - 1);
  for (let end = bytes.length; end > firstClose; end -= 11) {
    writeFileSync(path, bytes.subarray(0, end));
    expect((await all()).map(({ id }) => id)).toEqual([second, first]);
  }
});

it('goes on after a torn journal without losing the next line', async () => {
  const recorder = await log.startRecorder();
  openExchange(recorder);
  const whole = recordExchange(recorder);
  await recorder.flush();
  const [journal = ''] = log.files('.jsonl');
  const path = join(log.folder, journal);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const torn = lines[1]?.slice(0, 80) ?? '';
  writeFileSync(path, `${lines[0]}\n${torn}${lines.at(-1)}\n${torn}`);
  expect((await all()).map(({ id }) => id)).toEqual([whole.id]);
});

it.each(['page', 'list'] as const)(
  'never shows in a %s as running what another gateway closes between two looks at the log',
  async (by) => {
    const child = program.start(log.dataDir, 'const e = open(); e.commit(); print(e.id); await sleep(1e6);');
    await child.untilPrinted(1);
    const [dead = ''] = log.files('.jsonl');
    // Segments are listed by the second in which they began.
    await sleep(1_100);
    const living = await log.startRecorder();
    recordExchange(living);
    await living.flush();
    await child.kill();
    const [id = ''] = child.printed();
    let looks = 0;
    const closeAfterFirstLook = (): void => {
      if (looks++ > 0) return;
      const [record] = readFileSync(join(log.folder, dead), 'utf8').split('\n').slice(1).map(readRecord);
      const own = log.files('.jsonl').find((file) => file !== dead) ?? '';
      const at = Date.now();
      const closed = {
        ...(record as ExchangeRecord),
        durationMs: 1,
        response: { finish: 'interrupted' },
      } as const;
      appendFileSync(join(log.folder, own), encodeCloseLine(at, closed, '[]', '[]', {}));
      appendFileSync(join(log.folder, dead), encodeEndLine(at));
    };
    const active = {
      size: 0,
      values: () => {
        closeAfterFirstLook();
        return [];
      },
    };
    const reader = openFileLog({ dataDir: log.dataDir, recorder: { flush: async () => {}, active } });
    const shown: ExchangeRecord[] = [];
    if (by === 'page') shown.push(...(await reader.page({}, { limit: 9 })).records);
    else for await (const batch of reader.list({}, { newest: 9 })) shown.push(...batch);
    await reader.close();
    expect(looks).toBeGreaterThan(1);
    expect(shown.filter((record) => record.id === id)).toMatchObject([
      { response: { finish: 'interrupted' } },
    ]);
  },
);
