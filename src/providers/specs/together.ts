import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

const readList = readOpenAiList((entry) => {
  const { type, context_length } = entry;
  if (type !== undefined && type !== 'chat' && type !== 'language') return undefined;
  return factsOf({ contextWindow: tokensOf(context_length) });
});

/** @see https://docs.together.ai/reference/chat-completions-1 */
export const togetherSpec: ProviderSpec = {
  id: 'together',
  title: 'Together AI',
  prefix: 'TOGETHER',
  baseUrl: 'https://api.together.xyz/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  chat: { order: 'alternating', thoughts: 'same', thinkTags: true, formatBesideTools: false },
  modelList: {
    path: '/models',
    // A list without an object around it.
    read: (answer) => readList(Array.isArray(answer) && answer.length > 0 ? { data: answer } : answer),
  },
  slashedNames: true,
  quirks: ['Its models are named owner/model. Those that only draw, embed or rank are left out of its list.'],
};
