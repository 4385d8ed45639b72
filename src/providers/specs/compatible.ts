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
  dialect: 'chat',
  chat: { thoughts: 'same', thinkTags: true },
  modelList: { path: '/models', read: readOpenAiList() },
  slashedNames: true,
  quirks: [
    'Where it speaks Responses with all that Codex sends, `native: [responses, chat]` leaves the bytes as they are.',
  ],
};
