import { isObject } from '../../base/json-object.ts';
import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

/** @see https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
export const llamacppSpec: ProviderSpec = {
  id: 'llamacpp',
  title: 'llama.cpp',
  prefix: 'LLAMACPP',
  credential: BEARER,
  keyless: true,
  native: ['chat'],
  dialect: 'chat',
  chat: {
    // "System message must be at the beginning", says the template of many a model.
    order: 'alternating',
    thoughts: 'same',
    thinkTags: true,
    grammars: true,
    maxTools: Number.POSITIVE_INFINITY,
    // "Cannot use custom grammar constraints with tools."
    formatBesideTools: false,
  },
  modelList: {
    path: '/models',
    read: readOpenAiList(({ meta }) =>
      factsOf({ contextWindow: isObject(meta) ? tokensOf(meta.n_ctx) : undefined }),
    ),
  },
  slashedNames: true,
  quirks: [
    'It listens where the gateway does by default: LLAMACPP_BASE_URL says where it was started, such as http://localhost:8081/v1.',
    'Tools need --jinja where it is started.',
    'Chat templates insist on one instruction at the beginning and on turns: what Codex says later is said as the user.',
  ],
};
