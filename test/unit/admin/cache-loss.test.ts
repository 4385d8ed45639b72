import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { explainLoss } from '../../../src/admin/answers/cache-loss.ts';
import type { CacheLoss } from '../../../src/admin/api-types/detail.ts';
import type { Pricing } from '../../../src/admin/cost/create-pricing.ts';
import { createBill } from '../../../src/admin/cost/price-book.ts';
import { systemClock } from '../../../src/base/time/clock.ts';
import { createRecorder, type Recorder } from '../../../src/log/capture/recorder.ts';
import { openFileLog } from '../../../src/log/files/open-file-log.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';

const RATES = { input: 10, cachedInput: 1, cacheWrite: 10, cacheWrite1h: 10, output: 30 };
const findRates = () => ({ ratesFor: () => RATES, source: 'test' });
const PRICING: Pricing = { bill: createBill(findRates), findRates, problems: [] };

let dataDir = '';
let recorder: Recorder;
let nowMs = Date.now();
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'gomodel-loss-'));
  recorder = await createRecorder({
    dataDir,
    // Two ids of one millisecond have no order.
    clock: { ...systemClock, now: () => (nowMs += 1_000) },
    logBodies: true,
    retentionDays: 30,
    maxDiskBytes: 2 ** 31,
    secrets: [],
  });
});
afterEach(async () => {
  await recorder.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const item = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const first = {
  model: 'gpt-5.5',
  instructions: 'Be brief.',
  tools: [
    { type: 'function', name: 'shell' },
    { type: 'function', name: 'patch' },
  ],
  input: [item('one'), item('two')],
  prompt_cache_key: 'key-1',
};
const next = { ...first, input: [...first.input, item('three')] };

interface Sent {
  body?: object;
  input?: number;
  cached?: number;
  headers?: string[];
}

const lossOf = async (second: Sent): Promise<CacheLoss | undefined> => {
  const send = ({ body = next, input = 21_000, cached = 0, headers = [] }: Sent) =>
    recordExchange(recorder, {
      rawHeaders: ['thread-id', 'thread-1', ...headers],
      requestBody: JSON.stringify(body),
      record: {
        usage: { inputTokens: input, cachedInputTokens: cached, outputTokens: 1, totalTokens: input + 1 },
      },
    });
  send({ body: first, input: 20_000 });
  const { id } = send(second);
  const log = openFileLog({ dataDir, recorder });
  const thread = await log.thread({ sessionId: 'thread-1' });
  const detail = await log.get(id);
  return detail && explainLoss(log, thread, 1, detail, PRICING);
};

it('finds nothing where the cache was used', async () => {
  expect(await lossOf({ cached: 19_968 })).toBeUndefined();
});

it('names the first item that differs, and the byte at which it does', async () => {
  const body = { ...next, input: [item('one'), item('two, later'), item('three')] };
  const loss = await lossOf({ body });
  const byteOffset = JSON.stringify(body).indexOf('two, later') + 'two'.length;
  // $9 of a million tokens more than from the cache.
  expect(loss?.costUsd).toBeCloseTo(0.18);
  expect(loss).toMatchObject({ cause: 'item', tokens: 20_000, where: 'input[1] (message)', byteOffset });
  expect(loss?.before).toContain('two"');
  expect(loss?.after).toContain('two, later');
});

it.each([
  ['model', { ...next, model: 'gpt-6' }, 'model'],
  ['cache_key', { ...next, prompt_cache_key: 'key-2' }, 'prompt_cache_key'],
  ['instructions', { ...next, instructions: 'Be long.' }, 'instructions'],
  ['tools', { ...next, tools: [first.tools[0], { type: 'function', name: 'edit' }] }, 'tools[1] (patch)'],
])('blames the %s where it differs', async (cause, body, where) => {
  expect(await lossOf({ body })).toMatchObject({ cause, where });
});

it('blames the header by which the provider finds the cache', async () => {
  expect(await lossOf({ headers: ['session_id', 'other'] })).toMatchObject({
    cause: 'header',
    where: 'header session_id',
    before: '(none)',
    after: 'other',
  });
});

it('tells a conversation that was summed up from one that was changed', async () => {
  const body = { ...next, input: [item('a summary')] };
  expect(await lossOf({ body, input: 4_000 })).toMatchObject({ cause: 'compaction' });
});

it('says so where the prefix is the same', async () => {
  expect(await lossOf({})).toMatchObject({ cause: 'unknown', tokens: 20_000 });
});
