import { type ExchangeRecord, isFailure } from '../../../log/port.ts';
import { formatDuration } from '../format-figures.ts';

/** Failures that are tries of one request: the newest, how many, and how long they took together. */
export interface FoldedTries {
  readonly record: ExchangeRecord;
  readonly count: number;
  readonly firstAtMs: number;
}

const identityOf = ({ client, method, path, model, requestedModel, status, error }: ExchangeRecord) =>
  [
    client.name,
    client.threadId ?? client.sessionId,
    method,
    path,
    requestedModel ?? model,
    status,
    error?.code,
    error?.message,
  ].join('\u0000');

const endOf = ({ startedAt, durationMs = 0 }: ExchangeRecord): number => Date.parse(startedAt) + durationMs;

/**
 * Counts a failure to those before it where a client tried the same again.
 * @returns the tries with this one, or undefined where it is not a try of the same
 */
export const foldTry = (before: FoldedTries | undefined, record: ExchangeRecord): FoldedTries | undefined => {
  if (!isFailure(record)) return undefined;
  if (before && identityOf(before.record) === identityOf(record)) {
    return { record, count: before.count + 1, firstAtMs: before.firstAtMs };
  }
  return { record, count: 1, firstAtMs: Date.parse(record.startedAt) };
};

/** `×30 over 26s`; undefined for a single one. */
export const triesText = ({ record, count, firstAtMs }: FoldedTries): string | undefined =>
  count === 1 ? undefined : `×${count} over ${formatDuration(Math.max(0, endOf(record) - firstAtMs))}`;
