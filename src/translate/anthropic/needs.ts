import type { ImageLimits } from '../repair/image-limits.ts';
import type { ProviderNeeds } from '../repair/repair-pass.ts';
import type { ModelFacts } from '../translation.ts';

const SMALL_WINDOW = 200_000;

/**
 * @param contextWindow of the model, in tokens
 * @see https://platform.claude.com/docs/en/build-with-claude/vision#general-limits
 */
export const imageLimitsOf = (contextWindow = SMALL_WINDOW): ImageLimits => ({
  maxImages: contextWindow > SMALL_WINDOW ? 600 : 100,
  // "image exceeds 5 MB maximum"
  maxCharacters: 5 * 2 ** 20,
  maxSide: 8000,
  many: { above: 20, maxSide: 2000 },
});

/** @see https://platform.claude.com/docs/en/build-with-claude/vision */
export const anthropicNeeds = (facts: ModelFacts): ProviderNeeds => ({
  images: facts.inputModalities?.includes('image') ?? true,
  imageTypes: new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
  imageLimits: imageLimitsOf(facts.contextWindow),
  // "Only HTTPS URLs are supported."
  fetches: /^https:/i,
  textFiles: true,
  maxTools: Number.POSITIVE_INFINITY,
  // Anthropic itself has become lenient; those who serve its models through Amazon's API have not.
  calledTools: true,
  schemas: 'json-schema',
  jsonSchema: true,
  formatBesideTools: true,
  ...(facts.maxOutputTokens !== undefined && { maxOutputTokens: facts.maxOutputTokens }),
  ...(facts.contextWindow !== undefined && { contextWindow: facts.contextWindow }),
});
