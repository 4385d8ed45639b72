import type { ResponseUsage } from 'openai/resources/responses/responses';
import type { JsonObject } from '../../../base/json-object.ts';
import type { AnswerUsage } from '../../answer-sink.ts';
import { type ExtraUsage, extraUsage } from '../../extra-usage.ts';

/** Members of a request that its response repeats, with what a response says where the request had none. */
const ECHOED: JsonObject = {
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  store: false,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  top_p: null,
  truncation: 'disabled',
  user: null,
};

/**
 * What a response repeats of its request. Instructions and tools are left out: they are most of a request,
 * would go out three times in a stream, and the client that sent them knows them.
 */
export const echoRequest = (request: JsonObject): JsonObject => ({
  instructions: null,
  tools: [],
  ...Object.fromEntries(
    Object.entries(ECHOED).map(([name, otherwise]) => [name, request[name] ?? otherwise]),
  ),
});

/** The full shape, since clients fail where a member of it is missing; null if the provider counted nothing. */
export const writeUsage = (usage: AnswerUsage): (ResponseUsage & ExtraUsage) | null => {
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (inputTokens === undefined && outputTokens === undefined) return null;
  const input = inputTokens ?? 0;
  const output = outputTokens ?? 0;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens ?? 0,
      cache_write_tokens: usage.cacheWriteTokens ?? 0,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: totalTokens ?? input + output,
    ...extraUsage(usage),
  };
};
