import type { Rates } from './rates.ts';

/** Reasoning models, for which the preview tool costs the same as the tool itself. */
const THINKS = /^(?:o\d|gpt-[5-9]|codex)/;
const GEMINI = /^(?:models\/)?gemini-(\d+)/;

const ofOpenAi = (model: string): Rates['fees'] => {
  const preview = THINKS.test(model) ? 10 : 25;
  // A model that searches by itself has the price of the preview, or of the tool, by its name.
  return {
    webSearch: model.includes('-search-preview') ? preview : 10,
    previewWebSearch: preview,
    fileSearch: 2.5,
  };
};

const ofGoogle = (model: string): Rates['fees'] => {
  const [, generation] = GEMINI.exec(model) ?? [];
  if (generation === undefined) return undefined;
  return { webSearch: Number(generation) < 3 ? 35 : 14 };
};

/**
 * What providers publish for a thousand searches, where the price list does not have it: USD. Read in November 2026.
 * What a provider gives away each day or month is not taken off: nobody tells the gateway how much of it is left.
 * @param owner as the price list names the provider
 * @see https://platform.openai.com/docs/pricing#built-in-tools
 * @see https://platform.claude.com/docs/en/about-claude/pricing#web-search-tool
 * @see https://ai.google.dev/gemini-api/docs/pricing
 * @see https://docs.x.ai/developers/pricing
 */
export const publishedFees = (owner: string, model: string): Rates['fees'] => {
  switch (owner) {
    case 'openai':
      return ofOpenAi(model);
    case 'anthropic':
      return { webSearch: 10 };
    case 'google':
      return ofGoogle(model);
    case 'x-ai':
      return { webSearch: 5, fileSearch: 2.5 };
    default:
      return undefined;
  }
};

/** USD for a million characters that are read aloud. */
const OPENAI_SPEECH: Readonly<Record<string, number>> = { 'tts-1': 15, 'tts-1-hd': 30 };

/**
 * What a provider publishes of models that the price list lacks.
 * @see https://platform.openai.com/docs/pricing
 */
export const publishedRates = (owner: string, model: string): Rates | undefined => {
  const characters = owner === 'openai' ? OPENAI_SPEECH[model.replace(/-\d{4}$/, '')] : undefined;
  if (characters === undefined) return undefined;
  return { input: 0, cachedInput: 0, cacheWrite: 0, cacheWrite1h: 0, output: 0, fees: { characters } };
};
