import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** @see https://platform.minimax.io/docs/api-reference/text-openai-api */
export const minimaxSpec: ProviderSpec = {
  id: 'minimax',
  title: 'MiniMax',
  prefix: 'MINIMAX',
  baseUrl: 'https://api.minimax.io/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  chat: {
    order: 'alternating',
    thoughts: 'reasoning_details',
    thinkTags: true,
    images: false,
    jsonSchema: false,
    formatBesideTools: false,
    toolChoice: false,
    parallelToolCalls: false,
    efforts: () => [],
    // Else the thought stands in the text, between tags.
    extraMembers: () => ({ reasoning_split: true }),
  },
  modelList: { path: '/models', read: readOpenAiList() },
  quirks: [
    'Its models see no images: each is replaced by a word that there was one.',
    'In China the address is another one: MINIMAX_BASE_URL=https://api.minimaxi.com/v1.',
  ],
};
