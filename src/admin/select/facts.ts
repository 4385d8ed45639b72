import { HAS_USAGE, type IndexRows, IS_FAILURE, IS_STREAM } from '../../audit/index-rows.ts';
import { type ExchangeRecord, isFailure, type Usage } from '../../audit/record.ts';

/** What sums and sessions need of an exchange. */
export interface Facts {
  readonly id: string;
  readonly startedAtMs: number;
  /** NaN while it runs. */
  readonly durationMs: number;
  /** NaN where nothing came. */
  readonly ttfbMs: number;
  readonly status: number | undefined;
  readonly finish: string | undefined;
  readonly isFailure: boolean;
  readonly isStream: boolean;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly transport: string | undefined;
  readonly encoding: string | undefined;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
  readonly sessionId: string | undefined;
  readonly threadId: string | undefined;
  readonly turnId: string | undefined;
  readonly usage: Usage | undefined;
  readonly errorOrigin: string | undefined;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
}

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

const usageOfRow = (rows: IndexRows, row: number): Usage | undefined => {
  if (!rows.has(HAS_USAGE, row)) return undefined;
  const usage: Usage = {};
  for (const column of [
    'inputTokens',
    'cachedInputTokens',
    'outputTokens',
    'reasoningTokens',
    'totalTokens',
  ] as const) {
    const tokens = known(rows.number(column, row));
    if (tokens !== undefined) usage[column] = tokens;
  }
  return usage;
};

export const factsOfRow = (rows: IndexRows, row: number): Facts => ({
  id: rows.id(row),
  startedAtMs: rows.number('startedAtMs', row),
  durationMs: rows.number('durationMs', row),
  ttfbMs: rows.number('ttfbMs', row),
  status: known(rows.number('status', row)),
  finish: rows.text('finish', row),
  isFailure: rows.has(IS_FAILURE, row),
  isStream: rows.has(IS_STREAM, row),
  method: rows.text('method', row),
  path: rows.text('path', row),
  model: rows.text('model', row),
  provider: rows.text('provider', row),
  transport: rows.text('transport', row),
  encoding: rows.text('encoding', row),
  clientName: rows.text('clientName', row),
  clientVersion: rows.text('clientVersion', row),
  sessionId: rows.text('sessionId', row),
  threadId: rows.text('threadId', row),
  turnId: rows.text('turnId', row),
  usage: usageOfRow(rows, row),
  errorOrigin: rows.text('errorOrigin', row),
  errorCode: rows.text('errorCode', row),
  errorMessage: rows.text('errorMessage', row),
});

export const factsOfRecord = (record: ExchangeRecord): Facts => ({
  id: record.id,
  startedAtMs: Date.parse(record.startedAt),
  durationMs: record.durationMs ?? Number.NaN,
  ttfbMs: record.ttfbMs ?? Number.NaN,
  status: record.status,
  finish: record.response.finish,
  isFailure: isFailure(record),
  isStream: record.stream ?? false,
  method: record.method,
  path: record.path,
  model: record.model,
  provider: record.provider,
  transport: record.transport,
  encoding: record.request.encoding,
  clientName: record.client.name,
  clientVersion: record.client.version,
  sessionId: record.client.sessionId,
  threadId: record.client.threadId,
  turnId: record.client.turnId,
  usage: record.usage,
  errorOrigin: record.error?.origin,
  errorCode: record.error?.code,
  errorMessage: record.error?.message,
});
