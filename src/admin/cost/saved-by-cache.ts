import type { Usage } from '../../log/port.ts';
import type { CostBreakdown } from '../api-types/detail.ts';

const PER = 1_000_000;

/**
 * What a prompt cache saved: the tokens that were read from it and written to it at the plain rate, less what they cost.
 * @returns USD; negative if writing cost more than reading saved
 */
export const savedBy = (
  { rates, cachedInput, cacheWrite }: CostBreakdown,
  usage: Usage | undefined,
): number => {
  const inputTokens = usage?.inputTokens ?? 0;
  const cached = Math.min(usage?.cachedInputTokens ?? 0, inputTokens);
  const written = Math.min(usage?.cacheWriteTokens ?? 0, inputTokens - cached);
  // Cached sound has a price of its own, and so had it been read anew: it saves what cached text saves, about.
  const audio = Math.min(usage?.cachedAudioTokens ?? 0, cached);
  const cachedText = cached - audio;
  const textCost = cached === 0 ? 0 : (cachedInput * cachedText) / cached;
  return ((cachedText + written) * rates.input) / PER - textCost - cacheWrite;
};
