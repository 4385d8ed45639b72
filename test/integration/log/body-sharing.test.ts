import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compressForStorage } from '../../../src/coding/compress-for-storage.ts';
import { readStoredBody } from '../../../src/log/bodies/read-stored-body.ts';
import type { Recorder } from '../../../src/log/capture/recorder.ts';
import type { Exchange } from '../../../src/log/exchange.ts';
import { openFileLog } from '../../../src/log/files/open-file-log.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import { createBody } from '../../bench/cases.ts';
import { closeExchange } from '../../support/log/record-exchange.ts';
import { createSettableClock } from '../../support/log/settable-clock.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const log = useLogFolder();

const openExchange = (recorder: Recorder, body: Buffer, thread: string, zstd?: Buffer): Exchange => {
  const rawHeaders = ['thread-id', thread];
  const exchange = recorder.open({ method: 'POST', path: '/v1/responses', transport: 'http', rawHeaders });
  if (zstd) exchange.keepRequestBody(zstd, 'zstd', body);
  else exchange.keepRequestBody(body, 'identity');
  exchange.commit();
  return exchange;
};

/** Leaves the exchange, with its body, to be written. */
const keep = async (recorder: Recorder, body: Buffer, thread: string, isZstd = false): Promise<Exchange> => {
  const zstd = isZstd ? await compressForStorage(body) : undefined;
  const exchange = openExchange(recorder, body, thread, zstd);
  closeExchange(exchange);
  return exchange;
};

const record = async (...given: Parameters<typeof keep>): Promise<Exchange> => {
  const exchange = await keep(...given);
  await given[0].flush();
  return exchange;
};

const readRequest = async (id: string): Promise<string | undefined> => {
  const body = (await readExchange(log.dataDir, id))?.requestBody;
  const read = body && (await readStoredBody(body, 'request'));
  return read && 'bytes' in read ? read.bytes.toString('latin1') : undefined;
};

const packBytes = (): number =>
  log.files('.bodies').reduce((sum, name) => sum + statSync(join(log.folder, name)).size, 0);

/** A session as Codex sends it: what was said before, one item more, and the tools after it. */
const turnsOf = (count: number, lastBytes: number): Buffer[] => {
  const conversation = JSON.parse(createBody(lastBytes)) as { input: unknown[] };
  const { input } = conversation;
  const tools = Array.from({ length: 12 }, (_, index) => ({ type: 'function', name: `tool_${index}` }));
  return Array.from({ length: count }, (_, index) => {
    const until = Math.ceil((input.length * (index + 1)) / count);
    return Buffer.from(JSON.stringify({ ...conversation, input: input.slice(0, until), tools, turn: index }));
  });
};

it('gives every body of any conversation back to the byte, plain or zstd, whatever is shared', async () => {
  const recorder = await log.startRecorder();
  const piece = fc
    .integer({ min: 0, max: 3000 })
    .chain((length) => fc.constantFrom('a', 'b', 'ab\n').map((unit) => unit.repeat(length).slice(0, length)));
  const step = fc.record({
    keepStart: fc.double({ min: 0, max: 1, noNaN: true }),
    keepEnd: fc.double({ min: 0, max: 1, noNaN: true }),
    own: piece,
    isZstd: fc.boolean(),
    /** Else it waits beside the next ones. */
    isFlushed: fc.boolean(),
    thread: fc.constantFrom('one', 'two'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const sent: { readonly id: string; readonly body: string }[] = [];
      let previous = 'start '.repeat(400);
      for (const { keepStart, keepEnd, own, isZstd, isFlushed, thread } of steps) {
        const start = previous.slice(0, Math.floor(previous.length * keepStart));
        const end = previous.slice(previous.length - Math.floor(previous.length * keepEnd));
        previous = (start + own + end).slice(0, 20_000) || '-';
        const { id } = await (isFlushed ? record : keep)(recorder, Buffer.from(previous), thread, isZstd);
        sent.push({ id, body: previous });
      }
      await recorder.flush();
      for (const { id, body } of sent) expect(await readRequest(id)).toBe(body);
    }),
    { numRuns: 25, seed: 7 },
  );
}, 60_000);

it('stores a session of 100 turns in less than twice what its last turn takes alone', async () => {
  const recorder = await log.startRecorder();
  const turns = turnsOf(100, 500_000);
  const ids: string[] = [];
  for (const turn of turns) ids.push((await record(recorder, turn, 't1')).id);
  const last = turns.at(-1) as Buffer;
  const alone = (await compressForStorage(last)).length;
  expect(last.length).toBeGreaterThan(500_000);
  expect(packBytes()).toBeGreaterThan(alone / 2);
  expect(packBytes()).toBeLessThan(alone * 2);
  for (const index of [0, 1, 50, 98, 99]) {
    expect(await readRequest(ids[index] as string)).toBe((turns[index] as Buffer).toString('latin1'));
  }
}, 60_000);

it('needs no other segment than its own: an older one can be deleted', async () => {
  const clock = createSettableClock('2026-11-22T23:59:50Z');
  const recorder = await log.startRecorder({ clock, retentionDays: 0 });
  const [first, second, third] = turnsOf(3, 60_000) as [Buffer, Buffer, Buffer];
  await record(recorder, first, 't1');
  const [firstPack] = log.files('.bodies');
  clock.advance(20_000);
  const ids = [(await record(recorder, second, 't1')).id, (await record(recorder, third, 't1')).id];
  expect(log.files('.bodies')).toHaveLength(2);
  rmSync(join(log.folder, firstPack as string));
  expect(await readRequest(ids[0] as string)).toBe(second.toString('latin1'));
  expect(await readRequest(ids[1] as string)).toBe(third.toString('latin1'));
});

it('is written whole where the segment ended while it waited', async () => {
  const clock = createSettableClock('2026-11-22T23:59:50Z');
  const recorder = await log.startRecorder({ clock, retentionDays: 0 });
  const turns = turnsOf(3, 60_000);
  await record(recorder, turns[0] as Buffer, 't1');
  const waiting = [
    await keep(recorder, turns[1] as Buffer, 't1', true),
    await keep(recorder, turns[2] as Buffer, 't1'),
  ];
  clock.advance(20_000);
  await recorder.flush();
  const [firstPack] = log.files('.bodies');
  expect(log.files('.bodies')).toHaveLength(2);
  rmSync(join(log.folder, firstPack as string));
  for (const [index, { id }] of waiting.entries()) {
    expect(await readRequest(id)).toBe((turns[index + 1] as Buffer).toString('latin1'));
  }
});

it('holds no body in memory that waits for the disk beside a later one of its conversation', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const recorder = await log.startRecorder();
  const turns = turnsOf(20, 100_000).slice(-10);
  await record(recorder, turns.shift() as Buffer, 't1');
  const kept = turns.map((turn) => {
    const copy = Buffer.from(turn);
    return { exchange: openExchange(recorder, copy, 't1'), copy: new WeakRef(copy) };
  });
  await nextTurn();
  collectGarbage();
  expect(kept.filter(({ copy }) => copy.deref()).length).toBeLessThanOrEqual(1);
  for (const { exchange } of kept) closeExchange(exchange);
  await recorder.flush();
  for (const [index, { exchange }] of kept.entries()) {
    expect(await readRequest(exchange.id)).toBe((turns[index] as Buffer).toString('latin1'));
  }
});

it('finds a text that was said once in every turn that sent it again', async () => {
  const recorder = await log.startRecorder();
  const said = (more: string) =>
    Buffer.from(`{"input":"${'the same '.repeat(500)} needle ${more}","tools":"${'t'.repeat(900)}"}`);
  const ids: string[] = [];
  for (const more of ['', 'one', 'one two']) ids.push((await record(recorder, said(more), 't1')).id);
  const other = await record(recorder, Buffer.from('{"input":"nothing"}'), 't2');
  const hits = await openFileLog({ dataDir: log.dataDir }).searchBodies('needle', {}, { budgetMs: 60_000 });
  expect([...hits.ids].sort()).toEqual([...ids].sort());
  expect(hits.ids).not.toContain(other.id);
});

it('says that a body is not there where a damaged log would lead in a circle', async () => {
  const recorder = await log.startRecorder();
  const text = Buffer.from('x'.repeat(5000));
  await record(recorder, text, 't1');
  const { id } = await record(recorder, Buffer.concat([text, Buffer.from('y')]), 't1');
  const [journal] = log.files('.jsonl');
  const path = join(log.folder, journal as string);
  const lines = readFileSync(path, 'utf8');
  const own = /"block":\{"pack":"[^"]+","offset":(\d+),"length":(\d+)\},"start":0,"length":1,/.exec(lines);
  const [, offset, length] = own ?? [];
  const circle = lines.replace(
    /"base":\{[^}]*\}/,
    `"base":{"offset":${offset},"length":${length},"id":"${id}","prefix":5000,"suffix":0}`,
  );
  expect(circle).not.toBe(lines);
  writeFileSync(path, circle);
  expect(await readRequest(id)).toBeUndefined();
});
