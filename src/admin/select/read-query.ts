import { GatewayError } from '../../base/errors.ts';
import type { ExchangeFilter } from '../api-types/queries.ts';

const refuse = (param: string, problem: string): never => {
  throw new GatewayError('invalid_request', `the query parameter ${param} ${problem}.`, { param });
};

/** @throws GatewayError invalid_request where it is no whole number of 0 or more; above `most` it is `most` */
export const readCount = (query: URLSearchParams, name: string, fallback: number, most: number): number => {
  const text = query.get(name);
  if (text === null || text === '') return fallback;
  if (!/^\d{1,15}$/.test(text)) return refuse(name, `must be a whole number such as ${fallback}`);
  return Math.min(Number(text), most);
};

export const readText = (query: URLSearchParams, name: string): string | undefined =>
  query.get(name) || undefined;

/** @throws GatewayError invalid_request where it is none of them */
export const readChoice = <Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly Choice[],
): Choice | undefined => {
  const text = readText(query, name);
  if (text === undefined) return undefined;
  return choices.find((choice) => choice === text) ?? refuse(name, `must be one of ${choices.join(', ')}`);
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** @throws GatewayError invalid_request where it is no day of the calendar */
export const readDate = (query: URLSearchParams, name: string): string | undefined => {
  const text = readText(query, name);
  if (text === undefined) return undefined;
  const ms = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const isDay = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
  return isDay ? text : refuse(name, 'must be a day such as 2026-11-22');
};

/** @throws GatewayError invalid_request where the name is no time zone */
export const readTimezone = (query: URLSearchParams): string | undefined => {
  const name = readText(query, 'timezone');
  if (name === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return refuse('timezone', 'must be a time zone such as Europe/Warsaw');
  }
};

const FILTERS = [
  'model',
  'requested_model',
  'sent_model',
  'provider',
  'method',
  'path',
  'status_code',
  'error_type',
  'stream',
  'session',
  'client',
  'key',
  'user_path',
  'label',
  'tool',
  'search',
] as const satisfies readonly (keyof ExchangeFilter)[];

/** What narrows the sums of `usage/*`. */
export const USAGE_FILTERS = [
  'model',
  'requested_model',
  'sent_model',
  'provider',
  'session',
  'client',
  'key',
  'user_path',
  'label',
] as const;

export const readFilter = (
  query: URLSearchParams,
  names: readonly (keyof ExchangeFilter)[] = FILTERS,
): ExchangeFilter => {
  const filter: ExchangeFilter = {};
  for (const name of names) {
    const text = readText(query, name);
    if (text !== undefined) filter[name] = text;
  }
  return filter;
};
