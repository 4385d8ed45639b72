import { GatewayError } from '../../base/errors.ts';

const refuse = (flag: string, takes: string, given: string): GatewayError =>
  new GatewayError('invalid_usage', `${flag} takes ${takes}; it was given "${given}".`);

/**
 * How many exchanges: a number, or `all`.
 * @throws GatewayError invalid_usage
 */
export const parseCount = (text: string): number => {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(text)) throw refuse('--lines', 'a number, or all', text);
  return Number(text);
};

const MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A date without a time begins at local midnight, and a time without a zone is local. */
const parseDate = (text: string): number => {
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(text)) {
    return Number.NaN;
  }
  return Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'));
};

/**
 * A moment: `10m`, `2h` or `1d` before now, or a date.
 * @returns milliseconds since the epoch
 * @throws GatewayError invalid_usage
 */
export const parseSince = (text: string, nowMs: number): number => {
  const [, amount, unit] = /^(\d{1,6}(?:\.\d+)?)([smhdw])$/.exec(text.trim()) ?? [];
  if (amount !== undefined && unit !== undefined) return nowMs - Number(amount) * (MS[unit] ?? 0);
  const date = parseDate(text.trim());
  if (Number.isNaN(date)) {
    throw refuse('--since', 'a span such as 90s, 10m, 2h or 1d, or a date such as 2026-11-22T14:00', text);
  }
  return date;
};

const parseStatusRange = (text: string): readonly [number, number] | undefined => {
  const [, hundreds] = /^([1-5])xx$/i.exec(text) ?? [];
  if (hundreds !== undefined) return [Number(hundreds) * 100, Number(hundreds) * 100 + 99];
  const [, from, to] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text) ?? [];
  if (from === undefined || Number(to ?? from) < Number(from)) return undefined;
  return [Number(from), Number(to ?? from)];
};

/**
 * Statuses: `404`, `4xx`, `400-499`, or several of these with commas.
 * @returns ranges, both ends included
 * @throws GatewayError invalid_usage
 */
export const parseStatuses = (text: string): readonly (readonly [from: number, to: number])[] =>
  text.split(',').map((part) => {
    const range = parseStatusRange(part.trim());
    if (!range) throw refuse('--status', 'statuses such as 404, 4xx or 400-499, with commas between', text);
    return range;
  });
