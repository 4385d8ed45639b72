import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** @see https://api-docs.deepseek.com */
export const deepseekSpec: ProviderSpec = {
  id: 'deepseek',
  title: 'DeepSeek',
  prefix: 'DEEPSEEK',
  baseUrl: 'https://api.deepseek.com',
  credential: BEARER,
  keyless: false,
  native: ['chat', 'messages'],
  dialect: 'chat',
  chat: {
    thoughts: 'reasoning_content',
    // Else the model writes its next call as text, in its own format.
    calledTools: true,
    leftCalls: true,
    // `unknown variant image_url`: its models read text alone.
    images: false,
    jsonSchema: false,
    parallelToolCalls: false,
    // https://api-docs.deepseek.com/guides/thinking_mode
    efforts: () => ['none', 'low', 'high', 'max'],
    extraMembers: (effort) => {
      if (effort === 'none') return { thinking: { type: 'disabled' } };
      return effort === undefined ? {} : { reasoning_effort: effort };
    },
  },
  modelList: { path: '/models', read: readOpenAiList() },
  // Its Messages API lies beside the other one.
  toPath: (path) => (/^\/messages(?:[/?]|$)/.test(path) ? `/anthropic/v1${path}` : path),
  quirks: [
    'A thinking model wants the reasoning_content of its tool calls back: it travels sealed in encrypted_content.',
    'It takes JSON mode, and no JSON schema.',
    'Its models see no images: each is replaced by a word that there was one.',
  ],
};
