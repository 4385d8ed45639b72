import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

/** @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
export const vllmSpec: ProviderSpec = {
  id: 'vllm',
  title: 'vLLM',
  prefix: 'VLLM',
  baseUrl: 'http://localhost:8000/v1',
  credential: BEARER,
  keyless: true,
  native: ['chat', 'messages'],
  realtime: true,
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
    read: readOpenAiList(({ max_model_len }) =>
      factsOf({
        contextWindow: tokensOf(max_model_len),
      }),
    ),
  },
  slashedNames: true,
  quirks: [
    'Chat templates insist on one instruction at the beginning and on turns: what Codex says later is said as the user.',
    "Its Responses API does not know Codex's custom and namespace tools: they are translated to chat.",
    'Tools need --enable-auto-tool-choice and --tool-call-parser where it is started.',
  ],
};
