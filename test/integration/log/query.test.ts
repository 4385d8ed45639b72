import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecorder, type Recorder } from '../../../src/log/capture/recorder.ts';
import { followExchanges } from '../../../src/log/files/follow-exchanges.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { collect } from '../../support/log/collect.ts';
import { queryExchanges } from '../../support/log/query-exchanges.ts';
import { closeExchange, openExchange, recordExchange } from '../../support/log/record-exchange.ts';
import { createSettableClock } from '../../support/log/settable-clock.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const log = useLogFolder();
const idsOf = (records: readonly ExchangeRecord[]): string[] => records.map(({ id }) => id);

describe('queryExchanges', () => {
  it('finds nothing where there is no log', async () => {
    expect(await collect(queryExchanges(join(log.dataDir, 'nowhere')))).toEqual([]);
  });

  it('lists by the start, whichever gateway wrote, however long each took, across days', async () => {
    const step = fc.record({
      gateway: fc.nat(2),
      waitMs: fc.constantFrom(0, 1, 700, 60_000, 20_000_000),
      // The exchange ends this many steps later, or never.
      lasts: fc.oneof(fc.nat(12), fc.constant(Number.POSITIVE_INFINITY)),
      flush: fc.boolean(),
    });
    const run = async (steps: (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'gomodel-query-'));
      const clock = createSettableClock('2026-11-22T20:00:00Z');
      const deps = {
        dataDir,
        clock,
        logBodies: true,
        retentionDays: 0,
        maxDiskBytes: 16 * 6000,
        secrets: [],
      };
      // Small segments, so that there are many; the bound must not delete any here.
      const recorders: Recorder[] = [];
      for (let each = 0; each < 3; each++) recorders.push(await createRecorder({ ...deps, maxDiskBytes: 0 }));
      const started: string[] = [];
      const running: { end: number; close: () => void }[] = [];
      for (const [index, { gateway, waitMs, lasts, flush }] of steps.entries()) {
        clock.advance(waitMs);
        const exchange = openExchange(recorders[gateway] as Recorder);
        started.push(exchange.id);
        running.push({ end: index + lasts, close: () => closeExchange(exchange) });
        for (const each of running) if (each.end <= index) each.close();
        if (flush) for (const recorder of recorders) await recorder.flush();
      }
      for (const recorder of recorders) await recorder.flush();
      const listed = idsOf(await collect(queryExchanges(dataDir)));
      const page = idsOf(await collect(queryExchanges(dataDir, { limit: 3 })));
      for (const recorder of recorders) await recorder.close();
      const closed = idsOf(await collect(queryExchanges(dataDir)));
      rmSync(dataDir, { recursive: true });
      const expected = started.sort().reverse();
      expect(listed).toEqual(expected);
      expect(closed).toEqual(expected);
      expect(page).toEqual(expected.slice(0, 3));
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), run), { numRuns: 25 });
  });

  it('gives the last word of an exchange, and only what the filter wants', async () => {
    const recorder = await log.startRecorder();
    for (let each = 0; each < 10; each++) recordExchange(recorder, { record: { status: 200 + each } });
    const open = openExchange(recorder);
    await recorder.flush();
    const found = await collect(
      queryExchanges(log.dataDir, { filter: ({ status = 0 }) => status % 2 === 1, limit: 3 }),
    );
    expect(found.map(({ status }) => status)).toHaveLength(3);
    expect(found.every(({ status = 0 }) => status % 2 === 1)).toBe(true);
    const inFlight = await collect(queryExchanges(log.dataDir, { filter: ({ status }) => !status }));
    expect(idsOf(inFlight)).toEqual([open.id]);
    expect(await collect(queryExchanges(log.dataDir, { limit: 0 }))).toEqual([]);
  });

  it('does not open the segments of earlier days for a page of today', async () => {
    const recorder = await log.startRecorder();
    const { id } = recordExchange(recorder);
    await recorder.flush();
    // Its name says that no line was written as late as this one was: whoever read it would show it first.
    const late = id.replace('req_0', 'req_1');
    const [journal = ''] = log.files('.jsonl');
    const lines = readFileSync(join(log.folder, journal), 'utf8').split('\n');
    const close = lines.find((line) => line.startsWith('{"kind":"close"')) ?? '';
    writeFileSync(join(log.folder, '2026-01-01T000000Z-1-abc-0001.jsonl'), `${close.replaceAll(id, late)}\n`);
    expect(idsOf(await collect(queryExchanges(log.dataDir, { limit: 1 })))).toEqual([id]);
    expect(idsOf(await collect(queryExchanges(log.dataDir))).sort()).toEqual([id, late]);
  });
});

describe('readExchange', () => {
  it('finds an exchange by its id, by a beginning of it, with and without its prefix, in any case', async () => {
    const clock = createSettableClock('2026-11-22T20:00:00Z');
    const recorder = await log.startRecorder({ clock });
    const ids: string[] = [];
    for (let each = 0; each < 20; each++) {
      ids.push(recordExchange(recorder, { responseBody: `answer ${each}` }).id);
      clock.advance(10_000_000);
      await recorder.flush();
    }
    for (const [index, id] of ids.entries()) {
      for (const text of [id, id.slice(0, 20), id.slice(4, 22), id.slice(4).toLowerCase()]) {
        const detail = await readExchange(log.dataDir, text);
        expect(detail?.record.id).toBe(id);
        expect(detail?.responseBody?.bytes.toString()).toBe(`answer ${index}`);
      }
    }
  });

  it('finds an exchange far inside a large segment', async () => {
    const clock = createSettableClock('2026-11-22T20:00:00Z');
    const recorder = await log.startRecorder({ clock });
    const rawHeaders = ['x-filler', 'f'.repeat(2000)];
    const ids: string[] = [];
    for (let each = 0; each < 1000; each++) {
      ids.push(recordExchange(recorder, { rawHeaders }).id);
      clock.advance(37);
      if (each % 100 === 0) await recorder.flush();
    }
    await recorder.flush();
    const [journal = ''] = log.files('.jsonl');
    expect(readFileSync(join(log.folder, journal)).length).toBeGreaterThan(3_000_000);
    for (const index of [0, 1, 499, 500, 998, 999]) {
      expect((await readExchange(log.dataDir, ids[index] as string))?.record.id).toBe(ids[index]);
    }
  });

  it('refuses a beginning that several have, and names some of them', async () => {
    const recorder = await log.startRecorder();
    const ids = Array.from({ length: 5 }, () => recordExchange(recorder).id);
    await recorder.flush();
    const error = await readExchange(log.dataDir, ids[0]?.slice(0, 8) ?? '').catch((cause) => cause);
    expect(error).toMatchObject({ code: 'invalid_usage' });
    expect(error.message).toContain('several exchanges');
    expect(error.message).toContain('…');
  });

  it.each(['req_01M821MW4B6XJR7D19V0BSF87F', 'nonsense', '', '../../etc/passwd', 'req_'])(
    'finds nothing for %j in an empty log',
    async (id) => {
      await log.startRecorder();
      expect(await readExchange(log.dataDir, id)).toBeUndefined();
    },
  );

  it('shows an exchange without the bodies whose pack is gone or damaged', async () => {
    const recorder = await log.startRecorder();
    const { id } = recordExchange(recorder, { requestBody: 'ask', responseBody: 'answer' });
    await recorder.flush();
    const [pack = ''] = log.files('.bodies');
    const path = join(log.folder, pack);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    expect(await readExchange(log.dataDir, id)).not.toHaveProperty('requestBody');
    rmSync(path);
    const detail = await readExchange(log.dataDir, id);
    expect(detail?.record.id).toBe(id);
    expect(detail).not.toHaveProperty('responseBody');
  });

  it('never reads a file outside of the log, whatever a line says', async () => {
    const recorder = await log.startRecorder();
    const { id } = recordExchange(recorder, { requestBody: 'ask' });
    await recorder.flush();
    const [journal = ''] = log.files('.jsonl');
    const path = join(log.folder, journal);
    const [pack = ''] = log.files('.bodies');
    writeFileSync(join(log.dataDir, pack), readFileSync(join(log.folder, pack)));
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"pack":"${pack}"`, `"pack":"../${pack}"`));
    expect(await readExchange(log.dataDir, id)).not.toHaveProperty('requestBody');
  });
});

describe('followExchanges', () => {
  const follow = (dataDir: string) => {
    const stop = new AbortController();
    const seen: string[] = [];
    const followed = followExchanges(dataDir, { signal: stop.signal });
    const done = (async () => {
      for await (const { type, record } of followed) seen.push(`${type} ${record.id}`);
    })();
    return {
      seen,
      until: async (wanted: readonly string[]) => {
        await expect.poll(() => [...seen].sort()).toEqual([...wanted].sort());
      },
      stop: async () => {
        stop.abort();
        await done;
      },
    };
  };

  it('tells once of each beginning and end from the call on, and of nothing before', async () => {
    const recorder = await log.startRecorder();
    recordExchange(recorder);
    const running = openExchange(recorder);
    await recorder.flush();
    const feed = follow(log.dataDir);
    closeExchange(running);
    const later = recordExchange(recorder);
    await feed.until([`close ${running.id}`, `open ${later.id}`, `close ${later.id}`]);
    await feed.stop();
  });

  it('misses and doubles nothing over midnight, full segments, restarts and several gateways', async () => {
    const clock = createSettableClock('2026-11-22T23:59:58Z');
    const small = { clock, maxDiskBytes: 16 * 4000, retentionDays: 0 };
    const feed = follow(log.dataDir);
    const wanted: string[] = [];
    const record = (recorder: Recorder): void => {
      const { id } = recordExchange(recorder);
      wanted.push(`open ${id}`, `close ${id}`);
    };
    for (let round = 0; round < 4; round++) {
      const one = await log.startRecorder(round % 2 ? { clock } : small);
      const other = await log.startRecorder({ clock });
      const long = openExchange(other);
      for (let each = 0; each < 6; each++) {
        record(one);
        record(other);
        clock.advance(300);
        if (each % 2) await one.flush();
      }
      closeExchange(long);
      wanted.push(`open ${long.id}`, `close ${long.id}`);
      await one.flush();
      await other.flush();
      await feed.until(wanted);
      await one.close();
      await other.close();
      clock.advance(86_400_000 / 2);
    }
    await feed.until(wanted);
    await feed.stop();
  });

  it('waits for a log that does not exist yet', async () => {
    const feed = follow(log.dataDir);
    const recorder = await log.startRecorder();
    const { id } = recordExchange(recorder);
    await feed.until([`open ${id}`, `close ${id}`]);
    await feed.stop();
  });

  it('begins with the whole line when it is called while one is being written', async () => {
    const recorder = await log.startRecorder();
    const { id } = recordExchange(recorder);
    await recorder.close();
    const [journal = ''] = log.files('.jsonl');
    const path = join(log.folder, journal);
    const text = readFileSync(path, 'utf8');
    const middle = text.lastIndexOf('{"kind":"close"') + 40;
    writeFileSync(path, text.slice(0, middle));
    const feed = follow(log.dataDir);
    writeFileSync(path, text);
    await feed.until([`close ${id}`]);
    await feed.stop();
  });

  it('ends at once when it is told to', async () => {
    await log.startRecorder();
    const feed = follow(log.dataDir);
    await feed.stop();
    expect(feed.seen).toEqual([]);
  });
});
