import type { Facts } from '../facts.ts';
import type { Usage } from '../record.ts';
import {
  HAS_OTHER_MODEL,
  HAS_USAGE,
  IS_FAILURE,
  IS_PROBE,
  IS_STREAM,
  LIST_SEPARATOR,
} from './index/index-columns.ts';
import type { IndexRows } from './index/index-rows.ts';
import { readRareCounts } from './index/rare-counts.ts';

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

const listIn = (text: string | undefined): readonly string[] | undefined => text?.split(LIST_SEPARATOR);

/** What few rows have. */
const RARE_TOKENS = [
  'cacheWriteTokens',
  'cacheWrite1hTokens',
  'inputAudioTokens',
  'cachedAudioTokens',
  'outputAudioTokens',
] as const;

/** Its members are named one by one, since sums ask for 100,000 of them: a loop over names takes three times as long. */
const usageOfRow = (rows: IndexRows, row: number): Usage | undefined => {
  if (!rows.has(HAS_USAGE, row)) return undefined;
  const { numbers } = rows.columns;
  const usage: Usage = {};
  const inputTokens = numbers.inputTokens[row] as number;
  const cachedInputTokens = numbers.cachedInputTokens[row] as number;
  const outputTokens = numbers.outputTokens[row] as number;
  const reasoningTokens = numbers.reasoningTokens[row] as number;
  const totalTokens = numbers.totalTokens[row] as number;
  if (!Number.isNaN(inputTokens)) usage.inputTokens = inputTokens;
  if (!Number.isNaN(cachedInputTokens)) usage.cachedInputTokens = cachedInputTokens;
  if (!Number.isNaN(outputTokens)) usage.outputTokens = outputTokens;
  if (!Number.isNaN(reasoningTokens)) usage.reasoningTokens = reasoningTokens;
  if (!Number.isNaN(totalTokens)) usage.totalTokens = totalTokens;
  for (const column of RARE_TOKENS) {
    const tokens = numbers[column][row] as number;
    if (!Number.isNaN(tokens)) usage[column] = tokens;
  }
  const rare = rows.text('rareCounts', row);
  if (rare !== undefined) readRareCounts(rare, usage);
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
  get isProbe() {
    return this.#rows.has(IS_PROBE, this.#row);
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
  get requestedModel() {
    return this.#rows.text('requestedModel', this.#row);
  }
  get sentModel() {
    return this.#rows.text('sentModel', this.#row);
  }
  get provider() {
    return this.#rows.text('provider', this.#row);
  }
  get upstreamModel() {
    return this.#rows.text('upstreamModel', this.#row);
  }
  get serviceTier() {
    return this.#rows.text('serviceTier', this.#row);
  }
  get transport() {
    return this.#rows.text('transport', this.#row);
  }
  get encoding() {
    return this.#rows.text('encoding', this.#row);
  }
  get auth() {
    return this.#rows.text('auth', this.#row);
  }
  get keyId() {
    return this.#rows.text('keyId', this.#row);
  }
  get userPath() {
    return this.#rows.text('userPath', this.#row);
  }
  get labels() {
    return listIn(this.#rows.text('labels', this.#row));
  }
  get toolCalls() {
    return listIn(this.#rows.text('toolCalls', this.#row));
  }
  get scriptCalls() {
    return listIn(this.#rows.text('scriptCalls', this.#row));
  }
  get clientName() {
    return this.#rows.text('clientName', this.#row);
  }
  get clientVersion() {
    return this.#rows.text('clientVersion', this.#row);
  }
  get repository() {
    return this.#rows.text('repository', this.#row);
  }
  get policy() {
    return this.#rows.text('policy', this.#row);
  }
  get hasOtherModel() {
    return this.#rows.has(HAS_OTHER_MODEL, this.#row);
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
  get responseId() {
    return this.#rows.text('responseId', this.#row);
  }
  get previousResponseId() {
    return this.#rows.text('previousResponseId', this.#row);
  }
}

export const factsOfRow = (rows: IndexRows, row: number): Facts => new RowFacts(rows, row);
