import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

/** @see https://docs.sglang.ai/basic_usage/openai_api_completions.html */
export const sglangSpec: ProviderSpec = {
  id: 'sglang',
  title: 'SGLang',
  prefix: 'SGLANG',
  baseUrl: 'http://localhost:30000/v1',
  credential: BEARER,
  keyless: true,
  native: ['chat'],
  dialect: 'chat',
  chat: {
    order: 'alternating',
    thoughts: 'same',
    thinkTags: true,
    maxTools: Number.POSITIVE_INFINITY,
    formatBesideTools: false,
  },
  modelList: {
    path: '/models',
    read: readOpenAiList(({ max_model_len }) => factsOf({ contextWindow: tokensOf(max_model_len) })),
  },
  slashedNames: true,
  quirks: [
    'Chat templates insist on one instruction at the beginning and on turns: what Codex says later is said as the user.',
    'Tools need --tool-call-parser where it is started.',
  ],
};
