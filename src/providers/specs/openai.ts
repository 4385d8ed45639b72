import { OPENAI_CHAT } from '../openai-chat.ts';
import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** @see https://platform.openai.com/docs/api-reference */
export const openaiSpec: ProviderSpec = {
  id: 'openai',
  title: 'OpenAI',
  prefix: 'OPENAI',
  baseUrl: 'https://api.openai.com/v1',
  credential: BEARER,
  keyless: false,
  native: ['responses', 'chat'],
  realtime: true,
  dialect: 'chat',
  messagesDialect: 'responses',
  chat: OPENAI_CHAT,
  modelList: { path: '/models', read: readOpenAiList() },
  quirks: [],
};
