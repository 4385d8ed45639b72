import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ExchangeFilter } from '../../../src/admin/api-types/queries.ts';
import { createId } from '../../../src/base/ids.ts';
import { compileFilter } from '../../../src/log/files/compile-filter.ts';
import { IndexRows } from '../../../src/log/files/index/index-rows.ts';
import { matchesFilter } from '../../../src/log/match-filter.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';

/** The last three are capitals whose small letters are of another length, or of ASCII. */
const words = [
  'gpt-5.5',
  'GPT-5.6',
  'exec',
  'exec_command',
  '0199aaaa-bbbb',
  '0199aaaa',
  'a',
  'ü',
  'İ',
  'Å',
  'K',
];
const word = fc.constantFrom(...words);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const record: fc.Arbitrary<ExchangeRecord> = fc
  .record({
    model: maybe(word),
    provider: maybe(fc.constantFrom('openai', 'chatgpt')),
    upstreamModel: maybe(word),
    attempts: maybe(
      fc.array(fc.record({ provider: fc.constantFrom('openai', 'x', 'xx'), durationMs: fc.constant(1) }), {
        maxLength: 3,
      }),
    ),
    method: fc.constantFrom('GET', 'POST'),
    path: fc.constantFrom('/v1/responses', '/v1/models?x=a', '/v1/chat/completions'),
    status: maybe(fc.constantFrom(200, 404, 500)),
    durationMs: fc.constantFrom(0, 12.5),
    stream: maybe(fc.boolean()),
    responseId: maybe(word),
    client: fc.record({
      name: maybe(word),
      version: maybe(fc.constantFrom('1', '0.169.0')),
      sessionId: maybe(word),
      threadId: maybe(word),
    }),
    response: fc.record({
      finish: maybe(fc.constantFrom('completed', 'failed', 'aborted')),
      toolCalls: maybe(fc.array(word, { maxLength: 3 })),
      scriptCalls: maybe(fc.array(word, { maxLength: 3 })),
    }),
    error: maybe(
      fc.record({ origin: fc.constantFrom('client', 'upstream'), code: word, message: fc.string() }),
    ),
  })
  .map(
    (fields) =>
      JSON.parse(
        JSON.stringify({
          schemaVersion: 1,
          id: createId('req', 1_763_800_000_000),
          startedAt: '2026-11-22T12:00:00.000Z',
          transport: 'http',
          request: {},
          ...fields,
        }),
      ) as ExchangeRecord,
  );

const filter: fc.Arbitrary<ExchangeFilter> = fc.record(
  {
    model: fc.constantFrom('gpt-5.5', 'gpt*', '*5.6', 'GPT-5.5', '*'),
    provider: fc.constantFrom('openai', 'x'),
    method: fc.constantFrom('post', 'GET'),
    path: fc.constantFrom('/v1/responses', '/v1/*', '*models*'),
    status_code: fc.constantFrom('200', '4xx', '5XX', 'running', '20'),
    error_type: fc.constantFrom('any', 'client', 'exec', 'failed', 'aborted'),
    stream: fc.constantFrom('true', 'false'),
    session: fc.constantFrom('0199aaaa', '0199aaaa-b', '0199', 'a'),
    tool: fc.constantFrom('exec', 'a', '*', 'ex*', 'k'),
    client: fc.constantFrom('a', 'a/1', 'exec/0.169.0', 'undefined/1'),
    search: fc.oneof(
      word,
      fc.constantFrom('REQ_0', 'q_01', '_', 'xec', 'Ü', 'exec,', 'k', 'i'),
      fc.string({ maxLength: 3 }),
    ),
  },
  { requiredKeys: [] },
);

it('says of a row of the index what the log’s filter says of its record', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 8 }), filter, (records, wanted) => {
      const rows = new IndexRows();
      for (const one of records) rows.add(one, 0, 0);
      const holds = (row: number): boolean => compileFilter(rows, wanted).every((test) => test(row));
      const wantedOf = records.map((one) => matchesFilter(one, wanted));
      expect(records.map((_, row) => holds(row))).toEqual(wantedOf);
      rows.pool.seal();
      expect(
        records.map((_, row) => holds(row)),
        'once nothing is added any more',
      ).toEqual(wantedOf);
    }),
    { numRuns: 400 },
  );
});
