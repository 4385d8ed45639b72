import { isObject } from '../../base/json-object.ts';
import { isClaude, traitsOf } from '../../translate/anthropic/model-traits.ts';
import { imageLimitsOf } from '../../translate/anthropic/needs.ts';
import { BEARER, type ListedPrices, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, modalitiesOf, pricesOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

const PER_MILLION = 1_000_000;
const PER_THOUSAND = 1_000;

/** USD for so many. Prices are listed for one, as text, and as -1 if they vary. */
const priceOfMany = (price: unknown, many: number): number | undefined => {
  const usd = typeof price === 'string' && price.trim() !== '' ? Number(price) : Number.NaN;
  // One token at 0.0000003 is 0.3 a million, and not 0.29999999999999998.
  return usd >= 0 && usd < 1 ? Number((usd * many).toPrecision(12)) : undefined;
};
const perMillion = (price: unknown): number | undefined => priceOfMany(price, PER_MILLION);
const perThousand = (price: unknown): number | undefined => priceOfMany(price, PER_THOUSAND);

/** @see https://openrouter.ai/docs/guides/overview/models */
const listedPrices = (pricing: unknown): ListedPrices | undefined => {
  if (!isObject(pricing)) return undefined;
  const request = perThousand(pricing.request ?? '0');
  // Without a fee that it has, the price of its tokens would be too low.
  if (request === undefined) return undefined;
  return pricesOf({
    input: perMillion(pricing.prompt),
    cachedInput: perMillion(pricing.input_cache_read) || undefined,
    cacheWrite: perMillion(pricing.input_cache_write) || undefined,
    output: perMillion(pricing.completion),
    // 0 means that reasoning has no price of its own and is billed as output.
    reasoning: perMillion(pricing.internal_reasoning) || undefined,
    webSearch: perThousand(pricing.web_search) || undefined,
    request: request || undefined,
  });
};

/** @see https://openrouter.ai/docs/models */
export const openrouterSpec: ProviderSpec = {
  id: 'openrouter',
  title: 'OpenRouter',
  prefix: 'OPENROUTER',
  baseUrl: 'https://openrouter.ai/api/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat', 'messages'],
  dialect: 'chat',
  chat: {
    // The templates of some models behind it take one instruction, at the beginning.
    order: 'alternating',
    // Signatures of the models behind it are in there: they come back as they went.
    thoughts: 'reasoning_details',
    // Amazon's Converse API, behind some of its models, refuses them otherwise.
    calledTools: true,
    leftCalls: true,
    imageLimits: (model, { contextWindow }) => (isClaude(model) ? imageLimitsOf(contextWindow) : undefined),
    files: true,
    strictTools: true,
    verbosity: true,
    // The makers of most other models cache without being asked.
    cacheMarks: (model) => (isClaude(model) ? { minTokens: traitsOf(model).minCachedTokens } : undefined),
    userMember: 'user',
    efforts: () => ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
    extraMembers: (effort) => (effort === undefined ? {} : { reasoning: { effort } }),
  },
  modelList: {
    path: '/models',
    read: readOpenAiList(({ context_length, top_provider, architecture, pricing }) =>
      factsOf({
        contextWindow: tokensOf(context_length),
        maxOutputTokens: isObject(top_provider) ? tokensOf(top_provider.max_completion_tokens) : undefined,
        inputModalities: isObject(architecture) ? modalitiesOf(architecture.input_modalities) : undefined,
        prices: listedPrices(pricing),
      }),
    ),
  },
  slashedNames: true,
  quirks: [
    'Thoughts come with what the model behind it wants back, such as signatures: they travel sealed in encrypted_content.',
    'Its models are named owner/model. `openai/gpt-5` goes to OpenAI where that is configured too; `openrouter/openai/gpt-5` always comes here.',
    "Its Responses API refuses Codex's custom and namespace tools (openai/codex#18307): they are translated to chat.",
  ],
};
