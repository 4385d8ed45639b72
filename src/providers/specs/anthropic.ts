import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { Modality, ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

const takes = (capabilities: JsonObject, name: string): boolean => {
  const capability = capabilities[name];
  return isObject(capability) && capability.supported === true;
};

const modalitiesOf = (capabilities: unknown): readonly Modality[] | undefined => {
  if (!isObject(capabilities)) return undefined;
  const image: readonly Modality[] = takes(capabilities, 'image_input') ? ['image'] : [];
  const file: readonly Modality[] = takes(capabilities, 'pdf_input') ? ['file'] : [];
  return ['text', ...image, ...file];
};

/** @see https://docs.anthropic.com/en/api/models-list */
export const anthropicSpec: ProviderSpec = {
  id: 'anthropic',
  title: 'Anthropic',
  prefix: 'ANTHROPIC',
  baseUrl: 'https://api.anthropic.com/v1',
  credential: { header: 'x-api-key', scheme: '' },
  keyless: false,
  native: ['messages'],
  dialect: 'anthropic',
  modelList: {
    path: '/models?limit=1000',
    headers: { 'anthropic-version': '2023-06-01' },
    read: readOpenAiList((entry) =>
      entry.lifecycle === 'retired'
        ? undefined
        : factsOf({
            contextWindow: tokensOf(entry.max_input_tokens),
            maxOutputTokens: tokensOf(entry.max_tokens),
            inputModalities: modalitiesOf(entry.capabilities),
          }),
    ),
  },
  normalizeBaseUrl: (given) => {
    const baseUrl = new URL(given);
    if (baseUrl.pathname === '/') baseUrl.pathname = '/v1';
    return { baseUrl };
  },
  quirks: [
    "ANTHROPIC_BASE_URL may lack its /v1: that is how Anthropic's own programs take it.",
    'Models that are retired stay in its list, and are left out here.',
  ],
};
