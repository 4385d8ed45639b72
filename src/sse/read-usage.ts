import { isObject, type JsonObject } from '../base/json-object.ts';
import type { TokenUsage } from './answer-summary.ts';

const count = (object: unknown, key: string): number | undefined => {
  const value = isObject(object) ? object[key] : undefined;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
};

const inputDetails = (usage: JsonObject): unknown =>
  usage.input_tokens_details ?? usage.prompt_tokens_details;
const outputDetails = (usage: JsonObject): unknown =>
  usage.output_tokens_details ?? usage.completion_tokens_details;

/**
 * xAI's chat completions leave reasoning out of `completion_tokens` and count it in `total_tokens`. The total says
 * which of both it is; OpenAI's output includes the reasoning.
 */
const wholeOutput = (
  output: number | undefined,
  usage: JsonObject,
  input: number | undefined,
): number | undefined => {
  const reasoning = count(outputDetails(usage), 'reasoning_tokens') ?? 0;
  const total = count(usage, 'total_tokens');
  if (output === undefined || reasoning === 0 || total === undefined || input === undefined) return output;
  return input + output + reasoning === total ? output + reasoning : output;
};

/**
 * Reads the `usage` of a Responses or a chat-completions answer, of embeddings, images and transcriptions, with
 * DeepSeek's and OpenRouter's own names. Output includes reasoning, input what was read from and written to a cache.
 * @returns undefined where the value is not a usage
 */
export const readUsage = (value: unknown): TokenUsage | undefined => {
  if (!isObject(value)) return undefined;
  const inputTokens = count(value, 'input_tokens') ?? count(value, 'prompt_tokens');
  const outputTokens = count(value, 'output_tokens') ?? count(value, 'completion_tokens');
  const written =
    count(inputDetails(value), 'cache_write_tokens') ?? count(inputDetails(value), 'cache_creation_tokens');
  const counts: ReadonlyArray<readonly [keyof TokenUsage, number | undefined]> = [
    ['inputTokens', inputTokens],
    [
      'cachedInputTokens',
      count(inputDetails(value), 'cached_tokens') ?? count(value, 'prompt_cache_hit_tokens'),
    ],
    ['cacheWriteTokens', written === 0 ? undefined : written],
    ['outputTokens', wholeOutput(outputTokens, value, inputTokens)],
    ['reasoningTokens', count(outputDetails(value), 'reasoning_tokens')],
    ['totalTokens', count(value, 'total_tokens')],
  ];
  const usage: TokenUsage = {};
  for (const [name, tokens] of counts) if (tokens !== undefined) usage[name] = tokens;
  return Object.keys(usage).length > 0 ? usage : undefined;
};

/** One dollar in xAI's ticks. */
const TICKS_PER_USD = 10_000_000_000;

/**
 * What a provider itself says its answer costs: OpenRouter's `cost` in USD, xAI's `cost_in_usd_ticks`.
 * @param value the `usage` of an answer
 * @returns USD
 * @see https://openrouter.ai/docs/use-cases/usage-accounting
 */
export const readStatedCost = (value: unknown): number | undefined => {
  const ticks = count(value, 'cost_in_usd_ticks');
  return count(value, 'cost') ?? (ticks === undefined ? undefined : ticks / TICKS_PER_USD);
};
