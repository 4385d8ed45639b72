import { isObject } from '../../base/json-object.ts';
import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

/** @see https://docs.mistral.ai/api */
export const mistralSpec: ProviderSpec = {
  id: 'mistral',
  title: 'Mistral',
  prefix: 'MISTRAL',
  baseUrl: 'https://api.mistral.ai/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  chat: {
    // https://github.com/mistralai/mistral-common/issues/169
    order: 'bridged',
    shortCallIds: true,
    includeUsage: false,
    efforts: () => [],
  },
  modelList: {
    path: '/models',
    read: readOpenAiList(({ capabilities, max_context_length }) => {
      const can = isObject(capabilities) ? capabilities : {};
      if (can.completion_chat === false) return undefined;
      return factsOf({
        contextWindow: tokensOf(max_context_length),
        inputModalities:
          typeof can.vision === 'boolean' ? (can.vision ? ['text', 'image'] : ['text']) : undefined,
      });
    }),
  },
  quirks: [
    'After the result of a tool it wants to hear its model before the user: where the user spoke, a word is put between. Later instructions are said as the user.',
    'Models that only embed or read documents are left out of its list.',
  ],
};
