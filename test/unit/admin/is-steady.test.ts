import { expect, it } from 'vitest';
import { createSteadiness } from '../../../src/admin/cost/is-steady.ts';
import { loadPriceList } from '../../../src/admin/cost/list-prices.ts';
import { factsOfRecord } from '../../../src/log/facts.ts';
import type { UsageCell } from '../../../src/log/port.ts';
import { bareRecord } from '../../support/log/bare-record.ts';

const cellOf = (model: string, provider: string, from: string, to: string): UsageCell => ({
  facts: { ...factsOfRecord(bareRecord('req_00000000000000000000000000', 0)), model, provider },
  requests: 2,
  usage: { inputTokens: 2_000 },
  oldestMs: Date.parse(from),
  newestMs: Date.parse(to),
  minInputTokens: 1_000,
  maxInputTokens: 1_000,
  cacheLosses: 0,
  lostTokens: 0,
});
const timesOf = (moments: readonly number[]): readonly string[] =>
  moments.map((ms) => new Date(ms).toISOString().slice(0, 16));

const { isSteady, changesOf } = createSteadiness(await loadPriceList([]));

it('finds the half hours at which a price changes with the time of the day', () => {
  const day = cellOf('deepseek-v4-flash', 'deepseek', '2026-11-03T00:10:00Z', '2026-11-04T02:10:00Z');
  expect(isSteady(day)).toBe(false);
  expect(timesOf(changesOf(day))).toEqual([
    '2026-11-03T01:00',
    '2026-11-03T04:00',
    '2026-11-03T06:00',
    '2026-11-03T10:00',
    '2026-11-04T01:00',
  ]);
});

it('finds one price between two such hours, and all year where none changes', () => {
  expect(
    isSteady(cellOf('deepseek-v4-flash', 'deepseek', '2026-11-03T10:00:00Z', '2026-11-04T00:59:59Z')),
  ).toBe(true);
  expect(isSteady(cellOf('gpt-5.5', 'openai', '2026-09-01T00:00:00Z', '2026-11-30T00:00:00Z'))).toBe(true);
});

it('leaves a long time of such prices to the exchanges themselves', () => {
  const long = cellOf('deepseek-v4-flash', 'deepseek', '2026-08-20T00:00:00Z', '2026-11-30T00:00:00Z');
  expect(isSteady(long)).toBe(false);
  expect(changesOf(long)).toEqual([]);
});

it('finds the day of a change that stays', () => {
  const cell = cellOf('gpt-5.6-sol', 'openai', '2026-08-10T05:00:00Z', '2026-08-30T05:00:00Z');
  expect(isSteady(cell)).toBe(false);
  expect(timesOf(changesOf(cell))).toEqual(['2026-08-21T00:00']);
});
