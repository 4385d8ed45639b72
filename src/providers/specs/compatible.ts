import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** Anything else that speaks chat completions, by configuration alone. */
export const compatibleSpec: ProviderSpec = {
  id: 'compatible',
  title: 'OpenAI-compatible',
  prefix: 'COMPATIBLE',
  credential: BEARER,
  keyless: true,
  native: ['chat'],
  realtime: true,
  dialect: 'chat',
  chat: {
    // Chat templates of many models insist on one instruction at the beginning and on turns.
    order: 'alternating',
    thoughts: 'same',
    thinkTags: true,
    grammars: true,
    // Amazon's Converse API refuses them otherwise, as gateways in front of it do.
    calledTools: true,
    // llama.cpp and others refuse the pair, or never call a tool beside a format.
    formatBesideTools: false,
  },
  modelList: { path: '/models', read: readOpenAiList() },
  slashedNames: true,
  quirks: [
    'Nobody knows what is behind it, so it is asked in the form that every known server takes: one instruction at the beginning, later ones as the user, 128 tools, an answer format beside tools in words.',
    'Where it speaks Responses with all that Codex sends, `native: [responses, chat]` leaves the bytes as they are.',
  ],
};
