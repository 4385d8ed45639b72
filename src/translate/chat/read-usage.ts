import { isObject, type JsonObject } from '../../base/json-object.ts';
import { readUsage as readNamedUsage } from '../../sse/read-usage.ts';
import type { AnswerUsage } from '../answer-sink.ts';

/** Where providers put it: beside the choices, inside of one (Moonshot), in a corner of its own (Groq). */
const usageMember = (chunk: JsonObject): unknown => {
  if (isObject(chunk.usage)) return chunk.usage;
  const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
  if (isObject(choice) && isObject(choice.usage)) return choice.usage;
  return isObject(chunk.x_groq) ? chunk.x_groq.usage : undefined;
};

/**
 * The usage of a completion or of a chunk, in the sense of the Responses API, where output includes
 * reasoning. xAI counts it beside the output: its own total says so.
 */
export const readUsage = (chunk: JsonObject): AnswerUsage | undefined => {
  const member = usageMember(chunk);
  const usage = readNamedUsage(member);
  if (usage === undefined) return undefined;
  const { inputTokens = 0, outputTokens = 0, reasoningTokens = 0, totalTokens } = usage;
  const isBeside = reasoningTokens > 0 && totalTokens === inputTokens + outputTokens + reasoningTokens;
  const details =
    isObject(member) && isObject(member.prompt_tokens_details) ? member.prompt_tokens_details : {};
  const written = details.cache_write_tokens;
  return {
    ...usage,
    ...(isBeside && { outputTokens: outputTokens + reasoningTokens }),
    ...(typeof written === 'number' && { cacheWriteTokens: written }),
  };
};
