import type { JsonObject } from '../../base/json-object.ts';
import type { AnswerUsage } from '../answer-sink.ts';
import { extraUsage } from '../extra-usage.ts';

/**
 * As the API counts: what was read from the cache and written to it is not part of `input_tokens`. Every
 * client reads these members, so they are there where the provider counted nothing.
 * @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 */
export const writeUsage = (usage: AnswerUsage): JsonObject => {
  const cached = usage.cachedInputTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  return {
    input_tokens: Math.max(0, (usage.inputTokens ?? 0) - cached - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    ...(written > 0 && {
      cache_creation: { ephemeral_5m_input_tokens: written, ephemeral_1h_input_tokens: 0 },
    }),
    ...extraUsage(usage),
    output_tokens: usage.outputTokens ?? 0,
    ...(usage.reasoningTokens !== undefined && {
      output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    }),
  };
};
