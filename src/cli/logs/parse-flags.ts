import { GatewayError } from '../../base/errors.ts';
import { parseMoment } from '../../log/port.ts';

const refuse = (flag: string, takes: string, given: string): GatewayError =>
  new GatewayError('invalid_usage', `${flag} takes ${takes}, not "${given}".`);

/**
 * How many exchanges: a number, or `all`.
 * @throws GatewayError invalid_usage
 */
export const parseCount = (text: string): number => {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(text)) throw refuse('--lines', 'a number, or all', text);
  return Number(text);
};

/**
 * A moment: `10m`, `2h` or `1d` before now, or a date.
 * @returns milliseconds since the epoch
 * @throws GatewayError invalid_usage
 */
export const parseSince = (text: string, nowMs: number): number => {
  const moment = parseMoment(text, nowMs);
  if (moment !== undefined) return moment;
  throw refuse('--since', 'a span such as 90s, 10m, 2h or 1d, or a date such as 2026-11-22T14:00', text);
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
    if (!range) throw refuse('--status', 'statuses such as 404, 4xx or 400-499, separated by commas', text);
    return range;
  });
