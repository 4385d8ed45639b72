import type { ExchangeRecord } from '../../../src/log/record.ts';

/** A record of which only the beginning is known. */
export const bareRecord = (id: string, startedAtMs: number): ExchangeRecord => ({
  schemaVersion: 1,
  id,
  startedAt: new Date(startedAtMs).toISOString(),
  method: 'POST',
  path: '/v1/responses',
  transport: 'http',
  client: {},
  request: {},
  response: {},
});
