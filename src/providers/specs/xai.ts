import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** @see https://docs.x.ai/docs/api-reference */
export const xaiSpec: ProviderSpec = {
  id: 'xai',
  title: 'xAI',
  prefix: 'XAI',
  baseUrl: 'https://api.x.ai/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  modelList: { path: '/models', read: readOpenAiList() },
  quirks: [
    "Its Responses API refuses Codex's namespace tools (CLIProxyAPI#5257): they are translated to chat.",
  ],
};
