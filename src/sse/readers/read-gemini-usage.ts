import { type JsonObject, objectsOf } from '../../base/json-object.ts';
import type { Usage } from '../answer-summary.ts';

const countOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const sum = (...counts: (number | undefined)[]): number | undefined =>
  counts.every((count) => count === undefined)
    ? undefined
    : counts.reduce<number>((total, count) => total + (count ?? 0), 0);

/** Tokens of one kind in a list of `{modality, tokenCount}`; nothing where there are none. */
const ofKind = (details: unknown, ...kinds: readonly string[]): number | undefined =>
  objectsOf(details)
    .filter(({ modality }) => kinds.includes(String(modality)))
    .reduce<number>((total, { tokenCount }) => total + (countOf(tokenCount) ?? 0), 0) || undefined;

/** What has prices of its own. Google counts pages of documents as pictures. */
const mediaOf = (metadata: JsonObject): Usage => {
  const { promptTokensDetails: prompt, toolUsePromptTokensDetails: tools } = metadata;
  const { cacheTokensDetails: cached, candidatesTokensDetails: answer } = metadata;
  const counts: ReadonlyArray<readonly [keyof Usage, number | undefined]> = [
    ['inputAudioTokens', sum(ofKind(prompt, 'AUDIO'), ofKind(tools, 'AUDIO'))],
    ['cachedAudioTokens', ofKind(cached, 'AUDIO')],
    ['outputAudioTokens', ofKind(answer, 'AUDIO')],
    ['inputImageTokens', sum(ofKind(prompt, 'IMAGE', 'DOCUMENT'), ofKind(tools, 'IMAGE', 'DOCUMENT'))],
    ['cachedImageTokens', ofKind(cached, 'IMAGE', 'DOCUMENT')],
    ['outputImageTokens', ofKind(answer, 'IMAGE', 'DOCUMENT')],
  ];
  const usage: Usage = {};
  for (const [name, tokens] of counts) if (tokens !== undefined) usage[name] = tokens;
  return usage;
};

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
    ...mediaOf(metadata),
  };
};

/** Google's API names the tier, its cloud the kind of traffic. */
export const tierOfGemini = ({ serviceTier, trafficType }: JsonObject): unknown => serviceTier ?? trafficType;
