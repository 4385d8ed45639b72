import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { Usage } from '../answer-summary.ts';

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

/** The first of some members that is a count. */
const count = (object: unknown, ...names: readonly string[]): number | undefined => {
  if (!isObject(object)) return undefined;
  for (const name of names) {
    const found = countOf(object[name]);
    if (found !== undefined) return found;
  }
  return undefined;
};

const CACHED = ['cached_tokens', 'cached_input_tokens', 'cache_read_tokens', 'cache_read_input_tokens'];
const WRITTEN = [
  'cache_write_tokens',
  'cache_creation_tokens',
  'cached_creation_tokens',
  'cache_creation_input_tokens',
  'cache_write_input_tokens',
  'cacheWriteInputTokens',
];

/** Anthropic's account of a cache write, by how long it is kept. */
const hourWrites = (usage: JsonObject): number | undefined =>
  count(usage.cache_creation, 'ephemeral_1h_input_tokens');
const allWrites = (usage: JsonObject): number | undefined => {
  const short = count(usage.cache_creation, 'ephemeral_5m_input_tokens');
  const long = hourWrites(usage);
  return short === undefined && long === undefined ? undefined : (short ?? 0) + (long ?? 0);
};

const reasoningOf = (usage: JsonObject): number | undefined =>
  count(usage.output_tokens_details ?? usage.completion_tokens_details, 'reasoning_tokens') ??
  count(usage, 'reasoning_tokens', 'reasoning_output_tokens');

/** xAI counts reasoning separately from the output, as its total shows; elsewhere output includes it. */
const outputOf = (
  output: number | undefined,
  { input, reasoning, total }: Readonly<Record<'input' | 'reasoning' | 'total', number | undefined>>,
): number | undefined => {
  if (output === undefined || reasoning === undefined || reasoning === 0) return output;
  return total === (input ?? 0) + output + reasoning ? output + reasoning : output;
};

/**
 * Searches that a provider states: Anthropic's and OpenRouter's, xAI's, Perplexity's.
 * @see https://docs.x.ai/developers/tools/tool-usage-details
 */
const searchesOf = (usage: JsonObject): number | undefined => {
  const tools = usage.server_side_tool_usage_details;
  const ofXai = [count(tools, 'web_search_calls'), count(tools, 'x_search_calls')];
  if (ofXai.some((searches) => searches !== undefined)) {
    return ofXai.reduce<number>((sum, searches) => sum + (searches ?? 0), 0);
  }
  return count(usage.server_tool_use, 'web_search_requests') ?? count(usage, 'num_search_queries');
};

/** Of sound that is charged by its length: `{"type":"duration","seconds":12}`. @returns milliseconds */
const durationOf = (usage: JsonObject): number | undefined => {
  const seconds = usage.type === 'duration' ? count(usage, 'seconds') : undefined;
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
};

/** Perplexity's research counts thoughts and what it read beside the answer. @returns undefined elsewhere */
const countedApart = (usage: JsonObject): number | undefined =>
  usage.citation_tokens === undefined && usage.num_search_queries === undefined
    ? undefined
    : (count(usage, 'reasoning_tokens') ?? 0) + (count(usage, 'citation_tokens') ?? 0);

/**
 * Reads the `usage` of a Responses or a chat-completions answer, whatever its provider names the counts:
 * DeepSeek, Moonshot, OpenRouter, Bedrock, and gateways that pass Anthropic's names on.
 * @returns undefined if the value is not a usage
 */
export const readUsage = (value: unknown): Usage | undefined => {
  if (!isObject(value)) return undefined;
  const details = value.input_tokens_details ?? value.prompt_tokens_details ?? value.input_token_details;
  const cachedDetails = isObject(details) ? details.cached_tokens_details : undefined;
  const outputDetails =
    value.output_tokens_details ?? value.completion_tokens_details ?? value.output_token_details;
  const input = count(value, 'input_tokens', 'prompt_tokens', 'inputTokens', 'prompt_eval_count');
  const output = count(value, 'output_tokens', 'completion_tokens', 'outputTokens', 'eval_count');
  const reasoning = reasoningOf(value);
  const written = count(details, ...WRITTEN) ?? count(value, ...WRITTEN) ?? allWrites(value);
  const total = count(value, 'total_tokens', 'totalTokens');
  const apart = countedApart(value);
  const counts: ReadonlyArray<readonly [keyof Usage, number | undefined]> = [
    ['inputTokens', input],
    [
      'cachedInputTokens',
      count(details, ...CACHED) ??
        count(value, 'prompt_cache_hit_tokens', ...CACHED, 'num_cached_tokens', 'cacheReadInputTokens'),
    ],
    ['cacheWriteTokens', written === 0 ? undefined : written],
    ['cacheWrite1hTokens', hourWrites(value) || undefined],
    ['inputAudioTokens', count(details, 'audio_tokens') || undefined],
    ['cachedAudioTokens', count(cachedDetails, 'audio_tokens') || undefined],
    [
      'outputTokens',
      apart === undefined || output === undefined
        ? outputOf(output, { input, reasoning, total })
        : output + apart,
    ],
    ['reasoningTokens', reasoning],
    ['outputAudioTokens', count(outputDetails, 'audio_tokens') || undefined],
    ['inputImageTokens', count(details, 'image_tokens') || undefined],
    ['cachedImageTokens', count(cachedDetails, 'image_tokens') || undefined],
    ['outputImageTokens', count(outputDetails, 'image_tokens') || undefined],
    ['audioMs', durationOf(value)],
    // Some servers leave it at nothing.
    ['totalTokens', total === 0 && (input || output) ? undefined : total && total + (apart ?? 0)],
    ['webSearches', searchesOf(value) || undefined],
    ['citationTokens', count(value, 'citation_tokens') || undefined],
  ];
  const usage: Usage = {};
  for (const [name, tokens] of counts) if (tokens !== undefined) usage[name] = tokens;
  return Object.keys(usage).length > 0 ? usage : undefined;
};

/** Some servers count nothing any more in their last chunk, behind the real counts. */
export const isNoUsage = (usage: Usage): boolean => Object.values(usage).every((tokens) => tokens === 0);

/** llama.cpp, which tells its own measurements also where no usage was asked for. */
const usageOfTimings = (timings: JsonObject): unknown => {
  const prompt = count(timings, 'prompt_n');
  if (prompt === undefined) return undefined;
  const cached = count(timings, 'cache_n') ?? 0;
  return {
    prompt_tokens: prompt + cached,
    completion_tokens: timings.predicted_n,
    prompt_tokens_details: { cached_tokens: cached },
  };
};

/** Where the chunks of a stream have it: alongside the choices, inside of one (Moonshot), apart (Groq). */
export const usageMember = (chunk: JsonObject): unknown => {
  if (isObject(chunk.usage)) return chunk.usage;
  const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
  if (isObject(choice) && isObject(choice.usage)) return choice.usage;
  if (isObject(chunk.x_groq)) return chunk.x_groq.usage;
  return isObject(chunk.timings) ? usageOfTimings(chunk.timings) : undefined;
};

/** The tier where a usage names it, as Anthropic's does and our own translations do. */
export const tierOfUsage = (usage: unknown): unknown => (isObject(usage) ? usage.service_tier : undefined);

/** One dollar in xAI's ticks. */
const TICKS_PER_USD = 10_000_000_000;

/**
 * What a provider itself says its answer costs: OpenRouter's `cost` in USD, Perplexity's `cost.total_cost`, xAI's
 * `cost_in_usd_ticks`.
 * @param value the `usage` of an answer
 * @returns USD
 * @see https://openrouter.ai/docs/use-cases/usage-accounting
 */
export const readStatedCost = (value: unknown): number | undefined => {
  const ticks = count(value, 'cost_in_usd_ticks');
  const sum = isObject(value) ? count(value.cost, 'total_cost') : undefined;
  return count(value, 'cost') ?? sum ?? (ticks === undefined ? undefined : ticks / TICKS_PER_USD);
};
