import type { ProviderNeeds } from '../repair/repair-pass.ts';
import type { ModelFacts } from '../translation.ts';
import { readModel } from './read-model.ts';

/** @see https://ai.google.dev/gemini-api/docs/image-understanding */
const IMAGE_TYPES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/heic',
  'image/heif',
]);
const MAX_FUNCTIONS = 512;

export const geminiNeeds = (model: string, facts: ModelFacts): ProviderNeeds => ({
  images: facts.inputModalities?.includes('image') ?? true,
  imageTypes: IMAGE_TYPES,
  // https://ai.google.dev/gemini-api/docs/file-input-methods
  fetches: /^https?:/i,
  textFiles: true,
  maxTools: MAX_FUNCTIONS,
  calledTools: false,
  schemas: 'gemini',
  jsonSchema: true,
  // "Function calling with a response mime type: 'application/json' is unsupported", before Gemini 3.
  formatBesideTools: readModel(model).isModern,
  ...(facts.maxOutputTokens !== undefined && { maxOutputTokens: facts.maxOutputTokens }),
  ...(facts.contextWindow !== undefined && { contextWindow: facts.contextWindow }),
});
