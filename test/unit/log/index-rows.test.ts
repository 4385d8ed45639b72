import { expect, it } from 'vitest';
import { IndexRows } from '../../../src/log/files/index/index-rows.ts';
import { factsOfRow } from '../../../src/log/files/row-facts.ts';
import { bareRecord } from '../../support/log/bare-record.ts';

const idOf = (index: number): string => `req_${index.toString().padStart(26, '0')}`;

/** Rows of which every hundredth has a model, and no other column but those of every record anything. */
const fill = (count: number, expected?: number): IndexRows => {
  const rows = new IndexRows();
  if (expected !== undefined) rows.expect(expected);
  for (let index = 0; index < count; index++) {
    const record = bareRecord(idOf(index), index);
    if (index % 100 === 50) record.model = `model-${index}`;
    rows.add(record, index * 10, 9);
  }
  return rows;
};

it('has what was added, through all growth, and nothing in the columns that nothing was added to', () => {
  const rows = fill(5000);
  expect(rows.count).toBe(5000);
  for (const row of [0, 50, 63, 64, 95, 96, 150, 4999]) {
    expect(rows.id(row)).toBe(idOf(row));
    expect(rows.text('model', row)).toBe(row % 100 === 50 ? `model-${row}` : undefined);
    expect(rows.number('offset', row)).toBe(row * 10);
    expect(rows.text('errorCode', row)).toBeUndefined();
    expect(rows.number('reasoningTokens', row)).toBeNaN();
  }
});

it('takes room once where it is told how much will come, and grows where more comes', () => {
  const told = fill(5000, 5000);
  expect(told.columns.flags.length).toBeGreaterThanOrEqual(5000);
  expect(told.columns.flags.length).toBeLessThan(5500);
  const short = fill(5000, 1000);
  expect(short.id(4999)).toBe(idOf(4999));
  expect(short.columns.flags.length).toBeLessThan(10_000);
  expect(fill(1, 0).id(0)).toBe(idOf(0));
});

it('takes no room for columns in which nothing stands', () => {
  expect(fill(5000, 5000).bytes / 5000).toBeLessThan(150);
});

it('keeps counts that few answers have, each under its own name', () => {
  const rows = new IndexRows();
  const record = bareRecord(idOf(1), 1);
  record.usage = { inputTokens: 3, webSearches: 2, citationTokens: 0 };
  rows.add(record, 0, 9);
  rows.add({ ...bareRecord(idOf(2), 2), usage: { inputTokens: 3 } }, 9, 9);
  expect(factsOfRow(rows, 0).usage).toEqual({ inputTokens: 3, webSearches: 2, citationTokens: 0 });
  expect(factsOfRow(rows, 1).usage).toEqual({ inputTokens: 3 });
});
