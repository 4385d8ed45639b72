export const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
};

export const isOn = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && /^(?:true|1|yes|on)$/i.test(value.trim())) || value === 1;

export const isOff = (value: unknown): boolean =>
  value === false || (typeof value === 'string' && /^(?:false|0|no|off)$/i.test(value.trim())) || value === 0;

const UNITS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, mo: 2_592_000 } as const;
type Unit = keyof typeof UNITS;

/** Seconds of `500ms`, `30s`, `1h30m`, `7d`, `1mo` or a number of seconds. */
export const secondsOf = (value: unknown): number | undefined => {
  const plain = numberOf(value);
  if (plain !== undefined || typeof value !== 'string') return plain;
  const text = value.trim();
  if (!/^(?:\d{1,9}(?:ms|mo|[smhdw])){1,4}$/.test(text)) return undefined;
  return [...text.matchAll(/(\d{1,9})(ms|mo|[smhdw])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit as Unit],
    0,
  );
};

/** A duration as our file says it. */
export const durationOf = (value: unknown): string | undefined => {
  const seconds = secondsOf(value);
  if (!seconds) return undefined;
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.max(1, Math.round(seconds * 1000))}ms`;
};

/** An address with a user and a password in it. */
export const holdsPassword = (url: string): boolean => /\/\/[^/\s]*@/.test(url);
