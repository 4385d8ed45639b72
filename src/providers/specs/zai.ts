import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** @see https://docs.z.ai/api-reference */
export const zaiSpec: ProviderSpec = {
  id: 'zai',
  title: 'Z.ai',
  prefix: 'ZAI',
  baseUrl: 'https://api.z.ai/api/paas/v4',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  modelList: { path: '/models', read: readOpenAiList() },
  quirks: [
    'The GLM Coding Plan has an address of its own: ZAI_BASE_URL=https://api.z.ai/api/coding/paas/v4.',
  ],
};
