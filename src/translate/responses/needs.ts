import type { ProviderNeeds } from '../repair/repair-pass.ts';
import type { ModelFacts } from '../translation.ts';

const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const MAX_TOOLS = 128;

/** @see https://platform.openai.com/docs/guides/images-vision */
export const responsesNeeds = (facts: ModelFacts): ProviderNeeds => ({
  images: facts.inputModalities?.includes('image') ?? true,
  imageTypes: IMAGE_TYPES,
  fetches: /^https?:/i,
  textFiles: false,
  maxTools: MAX_TOOLS,
  calledTools: false,
  schemas: 'json-schema',
  jsonSchema: true,
  formatBesideTools: true,
  ...(facts.maxOutputTokens !== undefined && { maxOutputTokens: facts.maxOutputTokens }),
  ...(facts.contextWindow !== undefined && { contextWindow: facts.contextWindow }),
});
