import { expect, it } from 'vitest';
import type { JournaledExchange } from '../../../src/audit/journaled-exchange.ts';
import type { ExchangeRecord } from '../../../src/audit/record.ts';
import { sliceEnds } from '../../../src/audit/slice-ends.ts';
import type { PendingBody } from '../../../src/audit/store-bodies.ts';

const end = (id: string): JournaledExchange => {
  const record: ExchangeRecord = {
    schemaVersion: 1,
    id,
    startedAt: '',
    method: 'GET',
    path: '/',
    transport: 'http',
    client: {},
    request: {},
    response: {},
  };
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
const idsOf = ({ slices }: ReturnType<typeof sliceEnds>) =>
  slices.map(({ exchanges, bodies }) => [
    exchanges.map(({ record }) => record.id).join(''),
    bodies.map(({ id }) => id).join(''),
  ]);

it('puts each body into the slice of its end, and those of running exchanges apart', () => {
  const sliced = sliceEnds(
    [end('a'), end('b'), end('c')],
    [body('c', 1), body('x', 1), body('a', 1), body('a', 1)],
    { maxLines: 2, maxBytes: 100 },
  );
  expect(idsOf(sliced)).toEqual([
    ['ab', 'aa'],
    ['c', 'c'],
  ]);
  expect(sliced.running.map(({ id }) => id)).toEqual(['x']);
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
  expect(sliceEnds([], [], { maxLines: 1, maxBytes: 1 })).toEqual({ slices: [], running: [] });
});
