import type { TokenUsage } from './answer-summary.ts';

/** The usage of several answers together; what only some of them say counts as zero for the others. */
export const sumUsage = (
  one: TokenUsage | undefined,
  other: TokenUsage | undefined,
): TokenUsage | undefined => {
  if (!one || !other) return one ?? other;
  const sum: TokenUsage = { ...one };
  for (const name of Object.keys(other) as (keyof TokenUsage)[])
    sum[name] = (one[name] ?? 0) + (other[name] ?? 0);
  return sum;
};
