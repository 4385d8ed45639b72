import { GatewayError } from '../../base/errors.ts';
import { dayOf, startOfDayMs } from '../../base/time/local-day.ts';
import type { TimeSpan } from '../../log/port.ts';
import { readCount, readDate, readTimezone } from './read-query.ts';

/** Whole days, as a query asks for them. */
export interface Period extends TimeSpan {
  /** `YYYY-MM-DD`, both included. */
  readonly startDate: string;
  readonly endDate: string;
  readonly timezone: string;
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

export const countDays = ({ startDate, endDate }: Period): number =>
  Math.round((Date.parse(endDate) - Date.parse(startDate)) / DAY_MS) + 1;

export const createPeriod = (startDate: string, endDate: string, timezone: string): Period => ({
  startDate,
  endDate,
  timezone,
  fromMs: startOfDayMs(startDate, timezone),
  toMs: startOfDayMs(addDays(endDate, 1), timezone),
});

const ownTimezone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * The days of a query; `start_date` and `end_date` win over `days`.
 * @throws GatewayError invalid_request
 */
export const readPeriod = (query: URLSearchParams, nowMs: number): Period => {
  const timezone = readTimezone(query) ?? ownTimezone();
  const days = Math.max(1, readCount(query, 'days', DEFAULT_DAYS, MAX_DAYS));
  const endDate = readDate(query, 'end_date') ?? dayOf(nowMs, timezone);
  const startDate = readDate(query, 'start_date') ?? addDays(endDate, 1 - days);
  if (startDate > endDate) {
    throw new GatewayError('invalid_request', `start_date ${startDate} is after end_date ${endDate}.`, {
      param: 'start_date',
    });
  }
  const period = createPeriod(startDate, endDate, timezone);
  return countDays(period) <= MAX_DAYS
    ? period
    : createPeriod(addDays(endDate, 1 - MAX_DAYS), endDate, timezone);
};

const ALWAYS: TimeSpan = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** The same where a query without days and dates means everything there is. */
export const readSpan = (query: URLSearchParams, nowMs: number): TimeSpan => {
  if (['days', 'start_date', 'end_date'].every((name) => !query.get(name))) return ALWAYS;
  if (query.get('days')) return readPeriod(query, nowMs);
  const timezone = readTimezone(query) ?? ownTimezone();
  const startDate = readDate(query, 'start_date');
  const endDate = readDate(query, 'end_date');
  return {
    fromMs: startDate ? startOfDayMs(startDate, timezone) : ALWAYS.fromMs,
    toMs: endDate ? startOfDayMs(addDays(endDate, 1), timezone) : ALWAYS.toMs,
  };
};
