import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

const THINKING = /gpt-oss|qwen3/;
/** https://console.groq.com/docs/vision; the others refuse content that is not a text. */
const SEES = /llama-4|vision|-vl-/;

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
    order: 'alternating',
    images: (model) => SEES.test(model),
    // "Too many images provided. This model supports up to 5 images"
    imageLimits: () => ({ maxImages: 5, maxCharacters: 4 * 2 ** 20 }),
    // "json mode cannot be combined with tool/function calling"
    formatBesideTools: false,
    maxTokensMember: 'max_completion_tokens',
    userMember: 'user',
    // Models without reasoning reject an effort.
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
    'It refuses an answer format in a request that has tools: the model is told of the format in words.',
    'Most of its models see no images: each is replaced by a word that there was one.',
    'Only its gpt-oss models can be told how much to think.',
    "Its Responses API takes function tools alone: Codex's custom and namespace tools are translated to chat instead.",
  ],
};
