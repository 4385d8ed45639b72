import { HAS_USAGE, type IndexRows, IS_FAILURE, IS_STREAM } from '../../log/files/index-rows.ts';
import { type ExchangeRecord, isFailure, type Usage } from '../../log/record.ts';

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
  /** The provider's name of the model, where it is another. */
  readonly upstreamModel: string | undefined;
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
    'cacheWriteTokens',
    'cacheWrite1hTokens',
    'outputTokens',
    'reasoningTokens',
    'totalTokens',
  ] as const) {
    const tokens = known(rows.number(column, row));
    if (tokens !== undefined) usage[column] = tokens;
  }
  return usage;
};

/**
 * The facts of a row, read when they are asked for: sums over 100,000 rows ask for a few each. It keeps
 * the columns in memory, so what outlives its visit is copied by `keepFacts`.
 */
class RowFacts implements Facts {
  readonly #rows: IndexRows;
  readonly #row: number;

  constructor(rows: IndexRows, row: number) {
    this.#rows = rows;
    this.#row = row;
  }

  get id() {
    return this.#rows.id(this.#row);
  }
  get startedAtMs() {
    return this.#rows.number('startedAtMs', this.#row);
  }
  get durationMs() {
    return this.#rows.number('durationMs', this.#row);
  }
  get ttfbMs() {
    return this.#rows.number('ttfbMs', this.#row);
  }
  get status() {
    return known(this.#rows.number('status', this.#row));
  }
  get finish() {
    return this.#rows.text('finish', this.#row);
  }
  get isFailure() {
    return this.#rows.has(IS_FAILURE, this.#row);
  }
  get isStream() {
    return this.#rows.has(IS_STREAM, this.#row);
  }
  get method() {
    return this.#rows.text('method', this.#row);
  }
  get path() {
    return this.#rows.text('path', this.#row);
  }
  get model() {
    return this.#rows.text('model', this.#row);
  }
  get provider() {
    return this.#rows.text('provider', this.#row);
  }
  get upstreamModel() {
    return this.#rows.text('upstreamModel', this.#row);
  }
  get transport() {
    return this.#rows.text('transport', this.#row);
  }
  get encoding() {
    return this.#rows.text('encoding', this.#row);
  }
  get clientName() {
    return this.#rows.text('clientName', this.#row);
  }
  get clientVersion() {
    return this.#rows.text('clientVersion', this.#row);
  }
  get sessionId() {
    return this.#rows.text('sessionId', this.#row);
  }
  get threadId() {
    return this.#rows.text('threadId', this.#row);
  }
  get turnId() {
    return this.#rows.text('turnId', this.#row);
  }
  get usage() {
    return usageOfRow(this.#rows, this.#row);
  }
  get errorOrigin() {
    return this.#rows.text('errorOrigin', this.#row);
  }
  get errorCode() {
    return this.#rows.text('errorCode', this.#row);
  }
  get errorMessage() {
    return this.#rows.text('errorMessage', this.#row);
  }
}

export const factsOfRow = (rows: IndexRows, row: number): Facts => new RowFacts(rows, row);

/** A copy that holds on to nothing. */
export const keepFacts = (facts: Facts): Facts => ({
  id: facts.id,
  startedAtMs: facts.startedAtMs,
  durationMs: facts.durationMs,
  ttfbMs: facts.ttfbMs,
  status: facts.status,
  finish: facts.finish,
  isFailure: facts.isFailure,
  isStream: facts.isStream,
  method: facts.method,
  path: facts.path,
  model: facts.model,
  provider: facts.provider,
  upstreamModel: facts.upstreamModel,
  transport: facts.transport,
  encoding: facts.encoding,
  clientName: facts.clientName,
  clientVersion: facts.clientVersion,
  sessionId: facts.sessionId,
  threadId: facts.threadId,
  turnId: facts.turnId,
  usage: facts.usage,
  errorOrigin: facts.errorOrigin,
  errorCode: facts.errorCode,
  errorMessage: facts.errorMessage,
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
  upstreamModel: record.upstreamModel,
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
