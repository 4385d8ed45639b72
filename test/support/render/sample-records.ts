import type { ExchangeRecord } from '../../../src/log/record.ts';

/** Local time, since that is what the tail shows: the same in every zone that a test runs in. */
export const SAMPLE_STARTED_AT = new Date(2026, 10, 22, 14, 2, 11).toISOString();

/** A turn of Codex as most are: zstd body, cached prompt, two tool calls. */
export const sampleRecord = (changes: Partial<ExchangeRecord> = {}): ExchangeRecord => ({
  schemaVersion: 1,
  id: 'req_01KAQ7ZC5XABCDEFGHJKMNPQRS',
  startedAt: SAMPLE_STARTED_AT,
  durationMs: 8421,
  ttfbMs: 612,
  method: 'POST',
  path: '/v1/responses',
  status: 200,
  transport: 'http',
  stream: true,
  model: 'gpt-5.5',
  client: { name: 'codex_exec', version: '0.169.0' },
  request: { encoding: 'zstd', wireBytes: 16_179, bodyBytes: 46_284 },
  response: { finish: 'completed', events: 120, toolCalls: ['exec_command', 'exec_command'] },
  usage: {
    inputTokens: 12_123,
    cachedInputTokens: 11_002,
    outputTokens: 830,
    reasoningTokens: 512,
    totalTokens: 12_953,
  },
  ...changes,
});

/** The same without some of its fields. */
export const sampleWithout = (
  absent: ReadonlyArray<'model' | 'usage' | 'status' | 'ttfbMs' | 'durationMs'>,
  changes: Partial<ExchangeRecord> = {},
): ExchangeRecord => {
  const record = sampleRecord(changes);
  for (const field of absent) delete record[field];
  return record;
};
