import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { Usage } from '../answer-summary.ts';

/** What has been counted so far; each count replaces the one before it. */
export interface UsageCounts {
  input: number | undefined;
  cacheRead: number;
  cacheCreation: number;
  /** Of `cacheCreation`, what is kept for an hour. */
  cacheCreation1h: number;
  output: number | undefined;
  thinking: number | undefined;
  webSearches: number;
}

export const noCounts = (): UsageCounts => ({
  input: undefined,
  cacheRead: 0,
  cacheCreation: 0,
  cacheCreation1h: 0,
  output: undefined,
  thinking: undefined,
  webSearches: 0,
});

const numberOf = (object: JsonObject, name: string): number | undefined => {
  const value = object[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

/** The counts of `message_delta` are those of the whole answer, and may lack what `message_start` said. */
export const updateCounts = (counts: UsageCounts, usage: unknown): void => {
  if (!isObject(usage)) return;
  counts.input = numberOf(usage, 'input_tokens') ?? counts.input;
  counts.cacheRead = numberOf(usage, 'cache_read_input_tokens') ?? counts.cacheRead;
  counts.cacheCreation = numberOf(usage, 'cache_creation_input_tokens') ?? counts.cacheCreation;
  const kept = usage.cache_creation;
  if (isObject(kept)) {
    counts.cacheCreation1h = numberOf(kept, 'ephemeral_1h_input_tokens') ?? counts.cacheCreation1h;
    const short = numberOf(kept, 'ephemeral_5m_input_tokens');
    if (usage.cache_creation_input_tokens === undefined && short !== undefined) {
      counts.cacheCreation = short + counts.cacheCreation1h;
    }
  }
  counts.output = numberOf(usage, 'output_tokens') ?? counts.output;
  const details = usage.output_tokens_details;
  const tools = usage.server_tool_use;
  if (isObject(tools)) counts.webSearches = numberOf(tools, 'web_search_requests') ?? counts.webSearches;
  if (isObject(details)) counts.thinking = numberOf(details, 'thinking_tokens') ?? counts.thinking;
};

/**
 * In our terms, where the input includes what was read from the cache and written to it.
 * @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 */
export const usageOf = (counts: UsageCounts): Usage => {
  const { input, cacheRead, cacheCreation, cacheCreation1h, output, thinking, webSearches } = counts;
  const inputTokens = input === undefined ? undefined : input + cacheRead + cacheCreation;
  return {
    ...(inputTokens === undefined ? {} : { inputTokens, cachedInputTokens: cacheRead }),
    ...(cacheCreation > 0 && { cacheWriteTokens: cacheCreation }),
    ...(cacheCreation1h > 0 && { cacheWrite1hTokens: Math.min(cacheCreation1h, cacheCreation) }),
    ...(output === undefined ? {} : { outputTokens: output }),
    ...(thinking === undefined ? {} : { reasoningTokens: thinking }),
    ...(inputTokens === undefined || output === undefined ? {} : { totalTokens: inputTokens + output }),
    ...(webSearches > 0 && { webSearches }),
  };
};
