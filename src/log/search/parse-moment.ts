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
 * @returns milliseconds since the epoch; undefined if it is neither
 */
export const parseMoment = (text: string, nowMs: number): number | undefined => {
  const [, amount, unit] = /^(\d{1,6}(?:\.\d+)?)([smhdw])$/.exec(text.trim()) ?? [];
  if (amount !== undefined && unit !== undefined) return nowMs - Number(amount) * (MS[unit] ?? 0);
  const date = parseDate(text.trim());
  return Number.isNaN(date) ? undefined : date;
};
