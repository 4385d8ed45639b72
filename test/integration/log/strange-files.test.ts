import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createColour } from '../../../src/cli/render/colour.ts';
import { renderExchangeReport } from '../../../src/cli/render/report/exchange-report.ts';
import { tailLine } from '../../../src/cli/render/tail/tail-line.ts';
import { factsOfRecord } from '../../../src/log/facts.ts';
import { openFileLog } from '../../../src/log/files/open-file-log.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import { createRetention } from '../../../src/log/journal/retention/enforce-retention.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { collect } from '../../support/log/collect.ts';
import { queryExchanges } from '../../support/log/query-exchanges.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const log = useLogFolder();

/** The same exchanges by every way of reading. */
const readEveryWay = async (): Promise<string[][]> => {
  const reader = openFileLog({ dataDir: log.dataDir });
  try {
    const listed: string[] = [];
    for await (const records of reader.list({}, { newest: 100 })) listed.push(...records.map(({ id }) => id));
    const { records } = await reader.page({}, { limit: 100 });
    const scanned = await collect(queryExchanges(log.dataDir));
    const facts: string[] = [];
    for await (const batch of reader.facts({})) facts.push(...batch.map(({ id }) => id));
    for (const { id } of records) expect((await reader.get(id))?.record.id).toBe(id);
    await reader.searchBodies('nothing', {}, { budgetMs: 60_000 });
    return [listed, records.map(({ id }) => id), scanned.map(({ id }) => id), facts].map((ids) => ids.sort());
  } finally {
    await reader.close();
  }
};

it('passes over a folder, a FIFO and a link that are named like its files', async () => {
  const before = await log.startRecorder();
  const ids = [recordExchange(before, { responseBody: 'answer' }).id];
  await before.close();
  const [journal = '', pack = ''] = [...log.files('.jsonl'), ...log.files('.bodies')];
  const named = (file: string, name: string): string =>
    join(log.folder, file.replace(/-[0-9a-z]+-0001/, `-${name}-0001`));
  for (const [file, index] of [journal, pack].map((each, place) => [each, place] as const)) {
    mkdirSync(named(file, `folder${index}`));
    execFileSync('mkfifo', [named(file, `fifo${index}`)]);
  }
  execFileSync('mkfifo', [named(journal, 'lonely').replace('.jsonl', '.bodies')]);
  const elsewhere = join(log.dataDir, 'elsewhere');
  writeFileSync(elsewhere, readFileSync(join(log.folder, journal), 'utf8').replaceAll('req_0', 'req_1'));
  symlinkSync(elsewhere, named(journal, 'link'));

  const stop = new AbortController();
  const reader = openFileLog({ dataDir: log.dataDir });
  const told: string[] = [];
  const followed = reader.follow('now', stop.signal);
  const following = (async () => {
    for await (const { type, record } of followed) if (type === 'close') told.push(record.id);
  })();
  const recorder = await log.startRecorder({ maxDiskBytes: 2 ** 20 });
  ids.push(recordExchange(recorder, { responseBody: 'more' }).id);
  await recorder.flush();
  await createRetention(log.folder, { retentionDays: 30, maxDiskBytes: 2 ** 30 }).tidy(() => Date.now());
  for (const found of await readEveryWay()) expect(found).toEqual([...ids].sort());
  await expect.poll(() => told).toEqual(ids.slice(1));
  stop.abort();
  await following;
  await recorder.close();
});

const MB = 2 ** 20;

it('reads what stands before and behind megabytes of zeros, as a power cut leaves them', async () => {
  const recorder = await log.startRecorder();
  const ids = [recordExchange(recorder).id];
  await recorder.flush();
  const [journal = ''] = log.files('.jsonl');
  appendFileSync(join(log.folder, journal), Buffer.alloc(20 * MB));
  for (const found of await readEveryWay()) expect(found).toEqual(ids);
  ids.push(recordExchange(recorder).id);
  await recorder.flush();
  for (const found of await readEveryWay()) expect(found).toEqual([...ids].sort());
});

const ODD: readonly unknown[] = [{ toString: 'x' }, [], ['a', { b: 1 }], 7, 'text', true, null, -1, 1e300];
const colour = createColour({}, {});
const NO_CONVERSATION = { tools: [], items: [], newFrom: 0, output: [] };
const MEMBERS: readonly string[] = [
  ...[
    'method',
    'path',
    'startedAt',
    'durationMs',
    'ttfbMs',
    'status',
    'transport',
    'websocketMode',
    'stream',
  ],
  ...['model', 'requestedModel', 'sentModel', 'findings', 'provider', 'upstream', 'upstreamModel', 'route'],
  ...[
    'translation',
    'attempts',
    'auth',
    'client',
    'request',
    'response',
    'usage',
    'costUsd',
    'error',
    'quota',
  ],
  ...['responseId', 'previousResponseId', 'upstreamRequestId', 'clientRequestId', 'overheadMs'],
  ...['client.name', 'client.version', 'client.sessionId', 'request.encoding', 'request.wireBytes'],
  ...[
    'response.toolCalls',
    'response.scriptCalls',
    'response.finish',
    'response.bytes',
    'usage.inputTokens',
    'error.code',
  ],
  ...['error.message', 'error.origin', 'quota.primary', 'attempts.0', 'translation.losses'],
];
const FULL: Partial<ExchangeRecord> = {
  status: 502,
  error: { origin: 'upstream', code: 'upstream_error', message: 'no' },
  usage: { inputTokens: 1 },
  quota: { primary: { usedPercent: 1 } },
  attempts: [{ provider: 'openai', durationMs: 1 }],
  translation: { dialect: 'chat', losses: [] },
};

it('shows the others, whatever types the members of one record have', async () => {
  const recorder = await log.startRecorder();
  const fine = recordExchange(recorder).id;
  const odd = recordExchange(recorder, { record: FULL }).id;
  await recorder.close();
  const [journal = ''] = log.files('.jsonl');
  const path = join(log.folder, journal);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const isOdd = (line: string): boolean => line.startsWith('{"kind":"close"') && line.includes(odd);
  for (const member of MEMBERS) {
    for (const value of ODD) {
      const changed = lines.map((line) => {
        if (!isOdd(line)) return line;
        const parsed = JSON.parse(line);
        const names = member.split('.');
        const last = names.pop() as string;
        const holder = names.reduce((each, name) => each[name], parsed.record);
        holder[last] = value;
        return JSON.stringify(parsed);
      });
      writeFileSync(path, `${changed.join('\n')}\n`);
      const what = `${member}: ${JSON.stringify(value)}`;
      expect(
        (await collect(queryExchanges(log.dataDir))).map(({ id }) => id),
        what,
      ).toContain(fine);
      expect((await readExchange(log.dataDir, fine))?.record.id, what).toBe(fine);
      const detail = await readExchange(log.dataDir, odd);
      if (!detail) continue;
      const { record } = detail;
      expect(tailLine(record, { width: 120, colour }), what).not.toBe('');
      expect(
        renderExchangeReport(detail, NO_CONVERSATION, { width: 100, colour, full: false }),
        what,
      ).not.toEqual([]);
      factsOfRecord(record);
      expect(typeof record.method === 'string' && typeof record.path === 'string', what).toBe(true);
      expect(Number.isNaN(Date.parse(record.startedAt)), what).toBe(false);
      expect(['undefined', 'string'], what).toContain(typeof record.model);
      expect(['undefined', 'string'], what).toContain(typeof record.client.name);
      expect(['undefined', 'number'], what).toContain(typeof record.status);
      for (const call of [...(record.response.toolCalls ?? []), ...(record.response.scriptCalls ?? [])])
        expect(typeof call, what).toBe('string');
      for (const attempt of record.attempts ?? []) expect(typeof attempt.provider, what).toBe('string');
      if (record.error) expect(typeof record.error.message, what).toBe('string');
    }
  }
});
