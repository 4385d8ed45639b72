import { isObject, type JsonObject } from '../base/json-object.ts';
import type { TokenUsage } from './answer-summary.ts';

const count = (object: unknown, key: string): number | undefined => {
  const value = isObject(object) ? object[key] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

const inputDetails = (usage: JsonObject): unknown =>
  usage.input_tokens_details ?? usage.prompt_tokens_details;
const outputDetails = (usage: JsonObject): unknown =>
  usage.output_tokens_details ?? usage.completion_tokens_details;

/**
 * Reads the `usage` of a Responses or a chat-completions answer, and DeepSeek's own name for cached tokens.
 * The numbers are the provider's: nothing is added up, since providers differ in what includes what.
 * @returns undefined where the value is no usage
 */
export const readUsage = (value: unknown): TokenUsage | undefined => {
  if (!isObject(value)) return undefined;
  const counts: ReadonlyArray<readonly [keyof TokenUsage, number | undefined]> = [
    ['inputTokens', count(value, 'input_tokens') ?? count(value, 'prompt_tokens')],
    [
      'cachedInputTokens',
      count(inputDetails(value), 'cached_tokens') ?? count(value, 'prompt_cache_hit_tokens'),
    ],
    ['outputTokens', count(value, 'output_tokens') ?? count(value, 'completion_tokens')],
    ['reasoningTokens', count(outputDetails(value), 'reasoning_tokens')],
    ['totalTokens', count(value, 'total_tokens')],
  ];
  const usage: TokenUsage = {};
  for (const [name, tokens] of counts) if (tokens !== undefined) usage[name] = tokens;
  return Object.keys(usage).length > 0 ? usage : undefined;
};
