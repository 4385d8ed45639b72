import type { Usage } from '../answer-summary.ts';

/** The usage of several answers together; what only some of them say counts as zero for the others. */
export const sumUsage = (one: Usage | undefined, other: Usage | undefined): Usage | undefined => {
  if (!one || !other) return one ?? other;
  const sum: Usage = { ...one };
  for (const name of Object.keys(other) as (keyof Usage)[]) sum[name] = (one[name] ?? 0) + (other[name] ?? 0);
  return sum;
};
