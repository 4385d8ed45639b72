import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** @see https://docs.ollama.com/api/openai-compatibility */
export const ollamaSpec: ProviderSpec = {
  id: 'ollama',
  title: 'Ollama',
  prefix: 'OLLAMA',
  baseUrl: 'http://localhost:11434/v1',
  credential: BEARER,
  keyless: true,
  native: ['chat', 'messages'],
  dialect: 'chat',
  chat: {
    order: 'alternating',
    thoughts: 'same',
    thinkTags: true,
    grammars: true,
    // "invalid message content type: <nil>"
    nullContent: false,
    // It accepts image bytes only and fetches no URLs.
    remoteImages: false,
    maxTools: Number.POSITIVE_INFINITY,
    formatBesideTools: false,
    parallelToolCalls: false,
    toolChoice: false,
    // Models without reasoning reject an effort; of the others only these know several levels.
    efforts: (model) => (model.includes('gpt-oss') ? ['low', 'medium', 'high'] : []),
  },
  modelList: { path: '/models', read: readOpenAiList() },
  quirks: [
    'Chat templates insist on one instruction at the beginning and on turns: what Codex says later is said as the user.',
    'It cuts off a prompt that is longer than its own num_ctx without a word: set OLLAMA_CONTEXT_LENGTH where it runs, and context_window of the model here.',
    "Its Responses API knows function tools alone: Codex's custom and namespace tools are translated to chat.",
  ],
};
