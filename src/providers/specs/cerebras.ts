import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** @see https://inference-docs.cerebras.ai/api-reference/chat-completions */
export const cerebrasSpec: ProviderSpec = {
  id: 'cerebras',
  title: 'Cerebras',
  prefix: 'CEREBRAS',
  baseUrl: 'https://api.cerebras.ai/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  chat: {
    order: 'alternating',
    maxTokensMember: 'max_completion_tokens',
    userMember: 'user',
    thinkTags: true,
    images: false,
    // "tools" is incompatible with "response_format"
    formatBesideTools: false,
    efforts: (model) => (model.includes('gpt-oss') ? ['low', 'medium', 'high'] : []),
  },
  modelList: { path: '/models', read: readOpenAiList() },
  quirks: [
    'It refuses an answer format in a request that has tools: the model is told of the format in words.',
    'Its models see no images: each is replaced by a word that there was one.',
  ],
};
