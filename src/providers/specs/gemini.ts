import { isObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';
import type { ProviderSpec } from '../provider-spec.ts';
import { factsOf, tokensOf } from '../read-openai-list.ts';

/** @see https://ai.google.dev/api/models */
export const geminiSpec: ProviderSpec = {
  id: 'gemini',
  title: 'Google Gemini',
  prefix: 'GEMINI',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  credential: { header: 'x-goog-api-key', scheme: '' },
  keyless: false,
  native: [],
  dialect: 'gemini',
  modelList: {
    path: '/models?pageSize=1000',
    read: (answer) => {
      if (!isObject(answer) || !Array.isArray(answer.models)) return undefined;
      return objectsOf(answer.models).flatMap((entry) => {
        const id = nonEmptyString(entry.name)?.replace(/^models\//, '');
        const methods = entry.supportedGenerationMethods;
        const answers = Array.isArray(methods) && methods.includes('generateContent');
        if (id === undefined || !answers) return [];
        return [
          {
            id,
            ...factsOf({
              contextWindow: tokensOf(entry.inputTokenLimit),
              maxOutputTokens: tokensOf(entry.outputTokenLimit),
            }),
          },
        ];
      });
    },
  },
  normalizeBaseUrl: (given) => {
    const baseUrl = new URL(given);
    baseUrl.pathname = baseUrl.pathname.replace(/\/openai$/, '');
    return { baseUrl };
  },
  quirks: [
    'It is asked by its own API, since its OpenAI-compatible one loses thought signatures; a GEMINI_BASE_URL that ends in /openai is cut there.',
    'Models that only embed or draw are left out of its list.',
  ],
};
