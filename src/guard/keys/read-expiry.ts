import { GatewayError } from '../../base/errors.ts';

const UNITS_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
const MAX_YEARS_MS = 100 * 366 * 86_400_000;

const refuse = (message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param: 'expires' });

/** A day of the calendar that exists: `Date.parse` takes February 30 for March 2. */
const parseDate = (text: string): number => {
  if (!DATE.test(text)) return Number.NaN;
  const day = text.slice(0, 10);
  const isDay = new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return isDay ? Date.parse(text) : Number.NaN;
};

const timeOf = (text: string, nowMs: number): number => {
  const [, amount, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (amount !== undefined) return nowMs + Number(amount) * (UNITS_MS[unit] ?? Number.NaN);
  try {
    return parseDate(text);
  } catch {
    return Number.NaN;
  }
};

/**
 * When a key ends.
 * @param given a span (`30m`, `12h`, `90d`, `4w`) or a date (`2027-01-31`, its beginning in UTC, or with a time)
 * @returns ISO 8601, UTC
 * @throws GatewayError invalid_request
 */
export const readExpiry = (given: unknown, nowMs: number): string => {
  const ms = typeof given === 'string' ? timeOf(given.trim(), nowMs) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw refuse(
      `a key expires after a span such as 12h, 90d or 4w, or on a date such as 2027-01-31, and not ${JSON.stringify(given)?.slice(0, 100)}.`,
    );
  }
  if (ms <= nowMs) throw refuse(`${String(given)} is over already: a key that expires then is of no use.`);
  if (ms > nowMs + MAX_YEARS_MS) throw refuse(`${String(given)} is more than 100 years away.`);
  return new Date(ms).toISOString();
};
