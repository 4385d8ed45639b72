import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

const THINKING = /gpt-oss|qwen3/;

/** @see https://console.groq.com/docs/openai */
export const groqSpec: ProviderSpec = {
  id: 'groq',
  title: 'Groq',
  prefix: 'GROQ',
  baseUrl: 'https://api.groq.com/openai/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  chat: {
    maxTokensMember: 'max_completion_tokens',
    userMember: 'user',
    // Models that do not think refuse to be told how much.
    efforts: (model) => (model.includes('gpt-oss') ? ['low', 'medium', 'high'] : []),
    extraMembers: (effort, model) => ({
      ...(effort !== undefined && { reasoning_effort: effort }),
      // Else the thought stands in the text, between tags.
      ...(THINKING.test(model) && { reasoning_format: 'parsed' }),
    }),
  },
  modelList: {
    path: '/models',
    read: readOpenAiList((entry) =>
      entry.active === false
        ? undefined
        : factsOf({
            contextWindow: tokensOf(entry.context_window),
            maxOutputTokens: tokensOf(entry.max_completion_tokens),
          }),
    ),
  },
  slashedNames: true,
  quirks: [
    'Only its gpt-oss models can be told how much to think.',
    "Its Responses API takes function tools alone: Codex's custom and namespace tools are translated to chat instead.",
  ],
};
