import type { AnswerUsage } from './answer-sink.ts';

export interface ExtraUsage {
  /** Anthropic's name and members: tokens written to the cache, by how long they are kept there. */
  readonly cache_creation?: {
    readonly ephemeral_5m_input_tokens: number;
    readonly ephemeral_1h_input_tokens: number;
  };
  /** Anthropic's name. */
  readonly service_tier?: string;
  /** Anthropic's name, which OpenRouter has taken over. */
  readonly server_tool_use?: { readonly web_search_requests: number };
  /** OpenRouter's name: USD, as the provider says. */
  readonly cost?: number;
}

/**
 * What an API has no member of its own for, under the name that another one has for it. A cache write that is kept
 * for an hour costs more than one of five minutes, so a sum of both would not tell the price.
 */
export const extraUsage = ({
  cacheWriteTokens: written = 0,
  cacheWrite1hTokens = 0,
  statedCostUsd,
  webSearches,
  serviceTier,
}: AnswerUsage): ExtraUsage => {
  const hour = Math.min(cacheWrite1hTokens, written);
  return {
    ...(hour > 0 && {
      cache_creation: { ephemeral_5m_input_tokens: written - hour, ephemeral_1h_input_tokens: hour },
    }),
    ...(serviceTier !== undefined && { service_tier: serviceTier }),
    ...(webSearches !== undefined && { server_tool_use: { web_search_requests: webSearches } }),
    ...(statedCostUsd !== undefined && { cost: statedCostUsd }),
  };
};
