import type { ProviderNeeds } from '../repair/repair-pass.ts';
import type { ModelFacts } from '../translation.ts';
import type { ChatQuirks } from './quirks.ts';

const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** The limit of OpenAI and of most providers that copied its API. */
const MAX_TOOLS = 128;

const seesImages = ({ images = true }: ChatQuirks, model: string, facts: ModelFacts): boolean => {
  if (facts.inputModalities) return facts.inputModalities.includes('image');
  return typeof images === 'function' ? images(model) : images;
};

const imageLimitsOf = (
  quirks: ChatQuirks,
  model: string,
  facts: ModelFacts,
): Pick<ProviderNeeds, 'imageLimits'> => {
  const imageLimits = quirks.imageLimits?.(model, facts);
  return imageLimits === undefined ? {} : { imageLimits };
};

/** @param facts what the provider's list or the configuration says of the model; they win over the quirks */
export const chatNeeds = (quirks: ChatQuirks, model: string, facts: ModelFacts): ProviderNeeds => ({
  ...imageLimitsOf(quirks, model, facts),
  images: seesImages(quirks, model, facts),
  imageTypes: IMAGE_TYPES,
  fetches: quirks.remoteImages === false ? undefined : /^https?:/i,
  textFiles: false,
  maxTools: quirks.maxTools ?? MAX_TOOLS,
  calledTools: quirks.calledTools === true,
  schemas: quirks.grammars === true ? 'grammar' : 'json-schema',
  jsonSchema: quirks.jsonSchema !== false,
  formatBesideTools: quirks.formatBesideTools !== false,
  ...(facts.maxOutputTokens !== undefined && { maxOutputTokens: facts.maxOutputTokens }),
  ...(facts.contextWindow !== undefined && { contextWindow: facts.contextWindow }),
});
