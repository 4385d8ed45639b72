import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** @see https://lmstudio.ai/docs/developer/openai-compat */
export const lmstudioSpec: ProviderSpec = {
  id: 'lmstudio',
  title: 'LM Studio',
  prefix: 'LMSTUDIO',
  baseUrl: 'http://localhost:1234/v1',
  credential: BEARER,
  keyless: true,
  native: ['chat', 'messages'],
  dialect: 'chat',
  chat: {
    order: 'alternating',
    thoughts: 'same',
    thinkTags: true,
    grammars: true,
    // "'content' field must be a string or an array of objects"
    nullContent: false,
    // It accepts image bytes only and fetches no URLs.
    remoteImages: false,
    maxTools: Number.POSITIVE_INFINITY,
    formatBesideTools: false,
  },
  modelList: { path: '/models', read: readOpenAiList() },
  slashedNames: true,
  quirks: [
    'Chat templates insist on one instruction at the beginning and on turns: what Codex says later is said as the user.',
    "Its Responses API knows function tools alone: Codex's custom and namespace tools are translated to chat.",
  ],
};
