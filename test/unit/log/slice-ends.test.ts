import { expect, it } from 'vitest';
import type { PendingBody } from '../../../src/log/bodies/store-bodies.ts';
import type { JournaledExchange } from '../../../src/log/journal/journaled-exchange.ts';
import { shareOfPass, sliceEnds } from '../../../src/log/journal/slice-ends.ts';
import { bareRecord } from '../../support/log/bare-record.ts';

const end = (id: string): JournaledExchange => {
  const record = bareRecord(id, 0);
  return { record, requestHeaders: '[]', responseHeaders: '[]', bodies: {} };
};
const body = (id: string, length: number): PendingBody => ({
  id,
  side: 'request',
  parts: [],
  length,
  coding: 'identity',
  cutOff: false,
  settle: () => {},
});
const idsOf = (slices: ReturnType<typeof sliceEnds>) =>
  slices.map(({ exchanges, bodies }) => [
    exchanges.map(({ record }) => record.id).join(''),
    bodies.map(({ id }) => id).join(''),
  ]);

it('puts each body into the slice of its end, and those of running exchanges into the first', () => {
  const sliced = sliceEnds(
    [end('a'), end('b'), end('c')],
    [body('c', 1), body('x', 1), body('a', 1), body('a', 1)],
    { maxLines: 2, maxBytes: 100 },
  );
  expect(idsOf(sliced)).toEqual([
    ['ab', 'xaa'],
    ['c', 'c'],
  ]);
});

it('gives large bodies of running exchanges, or such alone, a slice of their own', () => {
  const limits = { maxLines: 9, maxBytes: 5 };
  expect(idsOf(sliceEnds([end('a')], [body('a', 1), body('x', 3), body('y', 2)], limits))).toEqual([
    ['', 'xy'],
    ['a', 'a'],
  ]);
  expect(idsOf(sliceEnds([], [body('x', 1)], limits))).toEqual([['', 'x']]);
});

it('ends a slice with the exchange whose bodies go beyond its bytes', () => {
  const ends = ['a', 'b', 'c', 'd'].map(end);
  const sliced = sliceEnds(ends, [body('b', 10), body('c', 3)], { maxLines: 9, maxBytes: 5 });
  expect(idsOf(sliced)).toEqual([
    ['ab', 'b'],
    ['cd', 'c'],
  ]);
});

it('makes no slice of nothing', () => {
  expect(sliceEnds([], [], { maxLines: 1, maxBytes: 1 })).toEqual([]);
});

it('takes more at a time the more waits, and never so much that the traffic would stand still', () => {
  const lines = [0, 128, 129, 1024, 100_000].map((count) => shareOfPass(count, 0, 1000).maxLines);
  expect(lines).toEqual([64, 64, 65, 512, 512]);
  const bytes = [0, 2000, 2002].map((waiting) => shareOfPass(0, waiting, 1000).maxBytes);
  expect(bytes).toEqual([1000, 1000, 1001]);
});
