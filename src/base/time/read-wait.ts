/** As node:http gives them. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

import { isObject, objectsOf, parseJson } from '../json-object.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const unitOf = (word: string): number => {
  const lower = word.toLowerCase();
  if (/^(?:ms|milli)/.test(lower)) return 1;
  return UNIT_MS[lower.charAt(0)] ?? 0;
};

/** One to five counts with their units, such as `1 hour and 5 minutes`. */
const WHOLE_DURATION =
  /^\d{1,12}(?:\.\d{1,9})? ?(?:ms|milliseconds?|msecs?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)(?:(?:,| and)? ?\d{1,12}(?:\.\d{1,9})? ?(?:ms|milliseconds?|msecs?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)){0,4}$/i;
const PART =
  /(\d{1,12}(?:\.\d{1,9})?) ?((?:ms|milliseconds?|msecs?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?))/gi;
const WAIT =
  /\b(?:(?:re)?try(?:ing)?(?: again)?|wait|available(?: again)?|resets?)(?: (?:in|after|for|at least|about|until)){0,2}:? (\d{1,12}(?:\.\d{1,9})? ?(?:ms|milliseconds?|msecs?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)(?:(?:,| and)? ?\d{1,12}(?:\.\d{1,9})? ?(?:ms|milliseconds?|msecs?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)){0,4})(?![a-z\d])/i;

/** Milliseconds of `34.4s`, `1m26.4s`, `6m0s`, `2 seconds`, `1 hour and 5 minutes`; undefined for anything else. */
export const readDuration = (text: string): number | undefined => {
  const trimmed = text.trim();
  if (!WHOLE_DURATION.test(trimmed)) return undefined;
  const parts = trimmed.matchAll(PART);
  const sum = [...parts].reduce((ms, [, count, unit = '']) => ms + Number(count) * unitOf(unit), 0);
  // Hundredths of a second have no exact binary form.
  return Math.round(sum * 1000) / 1000;
};

/** The wait that a message names: `Please try again in 1m26.4s`, `retry after 2 seconds`. In milliseconds. */
export const readWaitInWords = (message: string): number | undefined => {
  const [, duration] = WAIT.exec(message.slice(0, 10_000)) ?? [];
  return duration === undefined ? undefined : readDuration(duration);
};

const fieldOf = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
};

/** A number of seconds, a duration, or a date. */
const readMoment = (text: string, nowMs: number): number | undefined => {
  if (/^\d{1,12}(?:\.\d{1,9})?$/.test(text)) return Number(text) * 1000;
  const duration = readDuration(text);
  if (duration !== undefined) return duration;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
};

/** A limit that is used up says when it is filled again: `x-ratelimit-reset-tokens: 6m0s`. */
const readResets = (headers: Headers, nowMs: number): number | undefined => {
  const waits = ['requests', 'tokens'].flatMap((limit) => {
    if (fieldOf(headers, `x-ratelimit-remaining-${limit}`) !== '0') return [];
    const reset = fieldOf(headers, `x-ratelimit-reset-${limit}`);
    return (reset === undefined ? undefined : readMoment(reset, nowMs)) ?? [];
  });
  return waits.length > 0 ? Math.max(...waits) : undefined;
};

/**
 * What a provider asks to wait, as its headers say it: `retry-after-ms`, `Retry-After` (seconds or a date, RFC
 * 9110 §10.2.3; some send a duration), else the reset of a limit that is used up.
 * @returns milliseconds
 */
export const readWaitOfHeaders = (headers: Headers, nowMs: number): number | undefined => {
  const ms = fieldOf(headers, 'retry-after-ms');
  if (ms !== undefined && /^\d{1,12}(?:\.\d{1,9})?$/.test(ms)) return Number(ms);
  const given = fieldOf(headers, 'retry-after');
  return (given === undefined ? undefined : readMoment(given, nowMs)) ?? readResets(headers, nowMs);
};

/** `google.rpc.RetryInfo` among the details of an error. */
const readRetryInfo = (error: unknown): number | undefined => {
  if (!isObject(error)) return undefined;
  const info = objectsOf(error.details).find((detail) => String(detail['@type']).endsWith('RetryInfo'));
  const delay = info?.retryDelay;
  return typeof delay === 'string' ? readDuration(delay) : undefined;
};

/** What the body of an error says, in a member or in words. In milliseconds. */
export const readWaitOfBody = (text: string): number | undefined => {
  const body: unknown = [parseJson(text)].flat()[0];
  const error = isObject(body) ? body.error : undefined;
  const seconds = isObject(error) ? (error.retry_after ?? error.resets_in_seconds) : undefined;
  if (typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds)) return seconds * 1000;
  return readRetryInfo(error) ?? readWaitInWords(text);
};
