import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { compressForStorage } from '../../../src/coding/compress-for-storage.ts';
import type { ExchangeEvent } from '../../../src/log/exchange.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { collect } from '../../support/log/collect.ts';
import { queryExchanges } from '../../support/log/query-exchanges.ts';
import { closeExchange, openExchange, recordExchange } from '../../support/log/record-exchange.ts';
import { createSettableClock } from '../../support/log/settable-clock.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const log = useLogFolder();
const all = (): Promise<ExchangeRecord[]> => collect(queryExchanges(log.dataDir));
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('an exchange', () => {
  it('comes back whole: record, headers, both bodies', async () => {
    const recorder = await log.startRecorder();
    const rawHeaders = [
      'User-Agent',
      'codex_exec/0.169.0 (x)',
      'Authorization',
      'Bearer abc',
      'session-id',
      's1',
    ];
    const sample = {
      path: '/v1/responses?key=abc',
      rawHeaders,
      requestBody: JSON.stringify({ input: 'x'.repeat(20_000) }),
      responseBody: 'data: {}\n\n'.repeat(2000),
      record: { model: 'gpt-5.5', response: { finish: 'completed', events: 2000 } } as const,
    };
    const { id } = recordExchange(recorder, sample);
    await recorder.flush();

    const detail = await readExchange(log.dataDir, id);
    expect(detail?.record).toMatchObject({
      schemaVersion: 1,
      id,
      method: 'POST',
      path: '/v1/responses?key=[redacted]',
      transport: 'http',
      status: 200,
      model: 'gpt-5.5',
      client: { name: 'codex_exec', version: '0.169.0', sessionId: 's1' },
      response: { finish: 'completed', events: 2000 },
    });
    expect(detail?.record.durationMs).toBeGreaterThan(0);
    expect(detail?.requestHeaders).toContainEqual(['Authorization', '[redacted]']);
    expect(detail?.responseHeaders).toEqual([['Content-Type', 'text/event-stream']]);
    const body = { coding: 'identity', cutOff: false };
    expect(detail?.requestBody).toEqual({ ...body, bytes: Buffer.from(sample.requestBody) });
    expect(detail?.responseBody).toEqual({ ...body, bytes: Buffer.from(sample.responseBody) });
  });

  it('is in the file when commit returns, before anything else is awaited (LESSONS.md 28)', async () => {
    const recorder = await log.startRecorder();
    const refused = recorder.open({ method: 'GET', path: '/nowhere', transport: 'http', rawHeaders: [] });
    const { id } = openExchange(recorder);
    expect(log.lines()).toMatchObject([
      { kind: 'segment' },
      { kind: 'open', record: { id: refused.id } },
      { kind: 'open', record: { id } },
    ]);
  });

  it('leaves one line when it ends before its open line was due', async () => {
    const recorder = await log.startRecorder();
    const exchange = recorder.open({ method: 'GET', path: '/nowhere', transport: 'http', rawHeaders: [] });
    closeExchange(exchange, { record: { status: 404 } });
    await recorder.flush();
    expect(log.lines()).toMatchObject([{ kind: 'segment' }, { kind: 'close', record: { id: exchange.id } }]);
    expect(await all()).toMatchObject([{ status: 404 }]);
  });

  it('is found in flight, with the request that was sent', async () => {
    const recorder = await log.startRecorder();
    const { id } = openExchange(recorder, { requestBody: 'what Codex asked' });
    await recorder.flush();
    const detail = await readExchange(log.dataDir, id);
    expect(detail?.record.response).toEqual({});
    expect(detail?.requestBody?.bytes.toString()).toBe('what Codex asked');
    expect(detail).not.toHaveProperty('responseBody');
  });

  it('keeps a zstd request as it came', async () => {
    const recorder = await log.startRecorder();
    const wire = await compressForStorage(Buffer.from('{"input":"hello hello hello"}'));
    const exchange = openExchange(recorder);
    exchange.keepRequestBody(wire, 'zstd');
    closeExchange(exchange);
    await recorder.flush();
    const detail = await readExchange(log.dataDir, exchange.id);
    expect(detail?.requestBody).toEqual({ coding: 'zstd', bytes: wire, cutOff: false });
  });

  it('keeps its bodies apart from those of its neighbours in one block', async () => {
    const recorder = await log.startRecorder();
    const exchanges = Array.from({ length: 50 }, (_, index) =>
      recordExchange(recorder, {
        requestBody: `ask ${index}`.repeat(index),
        responseBody: `answer ${index}`,
      }),
    );
    await recorder.flush();
    for (const [index, { id }] of exchanges.entries()) {
      const detail = await readExchange(log.dataDir, id);
      expect(detail?.requestBody?.bytes.toString() ?? '').toBe(`ask ${index}`.repeat(index));
      expect(detail?.responseBody?.bytes.toString()).toBe(`answer ${index}`);
    }
  });

  it('takes nothing more once it is closed', async () => {
    const recorder = await log.startRecorder();
    const events: ExchangeEvent['type'][] = [];
    recorder.subscribe(({ type }) => events.push(type));
    const exchange = recordExchange(recorder, { responseBody: 'all' });
    exchange.appendResponseBody(Buffer.from('more'));
    exchange.keepRequestBody(Buffer.from('late'), 'identity');
    exchange.update();
    exchange.commit();
    exchange.close();
    await recorder.flush();
    const detail = await readExchange(log.dataDir, exchange.id);
    expect(detail?.responseBody?.bytes.toString()).toBe('all');
    expect(detail).not.toHaveProperty('requestBody');
    expect(events).toEqual(['open', 'close']);
    expect(log.lines().filter((line) => JSON.stringify(line).includes(exchange.id))).toHaveLength(2);
  });

  it('says of a body that is too long for the log that it is cut off', async () => {
    const recorder = await log.startRecorder({ maxDiskBytes: 16 * 4096 });
    const { id } = recordExchange(recorder, {
      requestBody: 'q'.repeat(5000),
      responseBody: 'a'.repeat(5000),
    });
    await recorder.flush();
    const detail = await readExchange(log.dataDir, id);
    for (const body of [detail?.requestBody, detail?.responseBody]) {
      expect(body?.cutOff).toBe(true);
      expect(body?.bytes).toHaveLength(4096);
    }
  });

  it('keeps no bodies where they are not to be logged', async () => {
    const recorder = await log.startRecorder({ logBodies: false });
    const { id } = recordExchange(recorder, { requestBody: 'secret plans', responseBody: 'more of them' });
    await recorder.flush();
    const detail = await readExchange(log.dataDir, id);
    expect(detail?.record.id).toBe(id);
    expect(detail).not.toHaveProperty('requestBody');
    expect(detail).not.toHaveProperty('responseBody');
    expect(log.files('.bodies')).toEqual([]);
  });
});

it('writes no key anywhere: not from headers, not from the path, not from an error', async () => {
  const secrets = ['master-key-of-mine', 'sk-upstream-0123456789'];
  const recorder = await log.startRecorder({ secrets });
  const [master, upstream] = secrets as [string, string];
  const rawHeaders = [
    'X-GoModel-Key',
    master,
    'X-Note',
    `a ${master}`,
    'originator',
    master,
    'session-id',
    upstream,
  ];
  const error = { origin: 'upstream', code: 'x', message: `bad key ${upstream}` } as const;
  recordExchange(recorder, { path: `/v1/${upstream}?q=${master}`, rawHeaders, record: { error } });
  await recorder.flush();
  const [journal = ''] = log.files('.jsonl');
  const text = readFileSync(join(log.folder, journal), 'utf8');
  for (const secret of secrets) expect(text).not.toContain(secret);
  expect(text).toContain('[redacted]');
});

it('tells its subscribers what happens, and is not disturbed by what they throw', async () => {
  const recorder = await log.startRecorder();
  const seen: string[] = [];
  recorder.subscribe(() => {
    throw new Error('a broken tail');
  });
  const unsubscribe = recorder.subscribe(({ type, record }) => seen.push(`${type} ${record.status ?? '-'}`));
  const exchange = openExchange(recorder);
  expect(recorder.active.values().map(({ id }) => id)).toEqual([exchange.id]);
  exchange.record.status = 200;
  exchange.update();
  exchange.close();
  expect(recorder.active.size).toBe(0);
  unsubscribe();
  recordExchange(recorder);
  expect(seen).toEqual(['open -', 'update 200', 'close 200']);
});

it('gives exchanges that are open when it is closed their end', async () => {
  const recorder = await log.startRecorder();
  const { id } = openExchange(recorder);
  await recorder.close();
  expect(log.lines().at(-1)).toMatchObject({ kind: 'end' });
  const [record] = await all();
  expect(record).toMatchObject({
    id,
    response: { finish: 'interrupted' },
    error: { origin: 'gateway', code: 'interrupted' },
  });
  expect(record?.durationMs).toBeGreaterThanOrEqual(0);
});

it('leaves no file of a run in which nothing happened', async () => {
  const recorder = await log.startRecorder();
  await recorder.close();
  expect(log.files('')).toEqual([]);
});

it('never writes into the segment of another gateway with the same folder', async () => {
  const one = await log.startRecorder();
  const other = await log.startRecorder();
  const ids = [recordExchange(one).id, recordExchange(other).id, recordExchange(one).id];
  await Promise.all([one.flush(), other.flush()]);
  expect(log.files('.jsonl')).toHaveLength(2);
  expect((await all()).map(({ id }) => id).sort()).toEqual([...ids].sort());
});

it('lets nobody else read the log, whatever the umask and the folder were', async () => {
  mkdirSync(log.folder, { recursive: true });
  chmodSync(log.folder, 0o755);
  const umask = process.umask(0o777);
  try {
    const recorder = await log.startRecorder();
    recordExchange(recorder, { responseBody: 'x' });
    await recorder.flush();
  } finally {
    process.umask(umask);
  }
  expect(modeOf(log.folder)).toBe(0o700);
  expect(log.files('')).toHaveLength(2);
  for (const file of log.files('')) expect(modeOf(join(log.folder, file))).toBe(0o600);
});

it('narrows its own folder only, not the one that it was given', async () => {
  chmodSync(log.dataDir, 0o755);
  const dataDir = join(log.dataDir, 'made/by/it');
  await log.startRecorder({ dataDir });
  expect(modeOf(log.dataDir)).toBe(0o755);
  expect(modeOf(dataDir)).toBe(0o700);
});

describe('rotation', () => {
  it('begins a new segment at UTC midnight, and an open exchange is in both', async () => {
    const clock = createSettableClock('2026-11-22T23:59:59.900Z');
    const recorder = await log.startRecorder({ clock });
    const long = openExchange(recorder);
    recordExchange(recorder);
    await recorder.flush();
    clock.set('2026-11-23T00:00:00.010Z');
    await recorder.flush();
    recordExchange(recorder);
    closeExchange(long);
    await recorder.flush();

    const [first = '', second = '', ...more] = log.files('.jsonl');
    expect(more).toEqual([]);
    expect([first.slice(0, 10), second.slice(0, 10)]).toEqual(['2026-11-22', '2026-11-23']);
    const kinds = (file: string): string[] =>
      readFileSync(join(log.folder, file), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        .map(({ kind, again }) => (again ? `${kind} again` : kind));
    expect(kinds(first)).toEqual(['segment', 'open', 'open', 'close', 'end']);
    expect(kinds(second).filter((kind) => kind === 'open again')).toHaveLength(1);
    expect((await all()).filter(({ id }) => id === long.id)).toMatchObject([{ status: 200 }]);
  });

  it('begins a new segment when one is full, and loses and doubles nothing', async () => {
    const segmentBytes = 2_000_000;
    const recorder = await log.startRecorder({ maxDiskBytes: 16 * segmentBytes });
    const ids: string[] = [];
    for (let round = 0; round < 30; round++) {
      for (let each = 0; each < 20; each++) {
        ids.push(recordExchange(recorder, { responseBody: randomBytes(20_000) }).id);
      }
      await recorder.flush();
    }
    expect(log.files('.jsonl').length).toBeGreaterThan(1);
    for (const file of log.files('')) {
      expect(statSync(join(log.folder, file)).size).toBeLessThan(1.5 * segmentBytes);
    }
    expect((await all()).map(({ id }) => id)).toEqual(ids.sort().reverse());
  });

  it('writes on in a new folder when somebody has deleted the log', async () => {
    const recorder = await log.startRecorder();
    const running = openExchange(recorder);
    rmSync(log.folder, { recursive: true });
    const { id } = recordExchange(recorder);
    closeExchange(running);
    await recorder.flush();
    expect((await all()).map((record) => record.id).sort()).toEqual([id, running.id].sort());
    expect(recorder.trouble).toBeUndefined();
  });
});

it('starts where its folder holds files that are not its own', async () => {
  mkdirSync(log.folder, { recursive: true });
  for (const file of ['notes.txt', '2026-11-22T000000Z-1-abc-0001.jsonl', 'x.jsonl']) {
    writeFileSync(join(log.folder, file), '\u0000garbage\n{"kind":"open"');
  }
  const recorder = await log.startRecorder();
  const { id } = recordExchange(recorder);
  await recorder.flush();
  expect((await all()).map((record) => record.id)).toEqual([id]);
});

it('loses nothing where many end in each turn of the event loop, for longer than its queues last', async () => {
  const recorder = await log.startRecorder();
  const [turns, endsPerTurn] = [600, 64];
  for (let turn = 0; turn < turns; turn++) {
    for (let count = 0; count < endsPerTurn; count++) {
      recordExchange(recorder, { requestBody: 'a'.repeat(1000), responseBody: randomBytes(400) });
    }
    // Nothing else has a turn while so many are served.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    await nextTurn();
  }
  await recorder.flush();
  expect(recorder.losses).toEqual({ lines: 0, bodies: 0 });
  const records = await all();
  expect(records.length).toBe(turns * endsPerTurn);
  expect(records.every(({ durationMs }) => durationMs !== undefined)).toBe(true);
}, 60_000);
