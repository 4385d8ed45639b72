import type { ProviderNeeds } from '../repair/repair-pass.ts';
import type { ModelFacts } from '../translation.ts';

/** @see https://platform.claude.com/docs/en/build-with-claude/vision */
export const anthropicNeeds = (facts: ModelFacts): ProviderNeeds => ({
  images: facts.inputModalities?.includes('image') ?? true,
  imageTypes: new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
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
