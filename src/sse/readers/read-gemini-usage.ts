import type { JsonObject } from '../../base/json-object.ts';
import type { Usage } from '../answer-summary.ts';

const countOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const sum = (...counts: (number | undefined)[]): number | undefined =>
  counts.every((count) => count === undefined)
    ? undefined
    : counts.reduce<number>((total, count) => total + (count ?? 0), 0);

/**
 * The tokens of an answer. Gemini counts thoughts apart from the answer, and what its own tools gave it
 * apart from the prompt; OpenAI counts both in.
 */
export const readGeminiUsage = (metadata: JsonObject): Usage => {
  const reasoningTokens = countOf(metadata.thoughtsTokenCount);
  const cachedInputTokens = countOf(metadata.cachedContentTokenCount);
  const totalTokens = countOf(metadata.totalTokenCount);
  const inputTokens = sum(countOf(metadata.promptTokenCount), countOf(metadata.toolUsePromptTokenCount));
  const outputTokens = sum(countOf(metadata.candidatesTokenCount), reasoningTokens);
  return {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(cachedInputTokens !== undefined && { cachedInputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
    ...(totalTokens !== undefined && { totalTokens }),
  };
};

/** Google's API names the tier, its cloud the kind of traffic. */
export const tierOfGemini = ({ serviceTier, trafficType }: JsonObject): unknown => serviceTier ?? trafficType;
