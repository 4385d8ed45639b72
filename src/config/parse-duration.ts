const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** Reads `500ms`, `1.5s` or `2m`. @returns milliseconds, or undefined where the text is no duration */
export const parseDuration = (text: string): number | undefined => {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m)$/.exec(text.trim()) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * (UNITS[unit] ?? 1));
};
