import { isObject, type JsonObject, nonEmptyString, objectsOf, parseJson } from '../../base/json-object.ts';
import { MAX_TOOL_CALLS } from '../add-tool-name.ts';
import type { AnswerSummary } from '../answer-summary.ts';
import { type Breach, restartedStream } from '../breach.ts';
import { createGenerationWatch } from '../generation-watch.ts';
import type { AnswerReader } from './answer-reader.ts';
import { createGroundingCounter } from './count-grounding.ts';
import { noteTier } from './note-tier.ts';
import { readError } from './read-error.ts';
import { readGeminiUsage, tierOfGemini } from './read-gemini-usage.ts';

/** All other reasons to stop leave an answer without its rest. */
const WHOLE = new Set(['STOP', 'FINISH_REASON_UNSPECIFIED']);

const namesOf = (candidate: JsonObject): string[] => {
  const parts = isObject(candidate.content) ? objectsOf(candidate.content.parts) : [];
  return parts.flatMap(({ functionCall }) =>
    isObject(functionCall) ? (nonEmptyString(functionCall.name) ?? []) : [],
  );
};

/**
 * Takes over what a chunk says; a whole answer is one chunk.
 * @returns whether it says how the answer ended
 */
const readChunk = (
  summary: AnswerSummary,
  chunk: JsonObject,
  grounding: ReturnType<typeof createGroundingCounter>,
): boolean => {
  const model = nonEmptyString(chunk.modelVersion);
  if (model !== undefined) summary.model = model;
  const responseId = nonEmptyString(chunk.responseId);
  if (responseId !== undefined) summary.responseId = responseId;
  grounding.see(chunk);
  // The counts grow from chunk to chunk.
  const usage = isObject(chunk.usageMetadata) ? readGeminiUsage(chunk.usageMetadata) : summary.usage;
  if (isObject(chunk.usageMetadata)) noteTier(summary, tierOfGemini(chunk.usageMetadata));
  if (usage) summary.usage = { ...usage, ...grounding.searches(summary.model) };

  const candidates = objectsOf(chunk.candidates);
  summary.toolCalls = summary.toolCalls.concat(candidates.flatMap(namesOf)).slice(0, MAX_TOOL_CALLS);
  const reasons = candidates.flatMap(({ finishReason }) => nonEmptyString(finishReason) ?? []);
  const feedback = isObject(chunk.promptFeedback)
    ? nonEmptyString(chunk.promptFeedback.blockReason)
    : undefined;
  if (reasons.length > 0 || feedback !== undefined) {
    const isWhole = feedback === undefined && reasons.every((reason) => WHOLE.has(reason));
    summary.finish = isWhole ? 'completed' : 'incomplete';
  }
  const error = readError(chunk.error);
  if (error !== undefined) {
    summary.finish = 'failed';
    summary.error = error;
  }
  return summary.finish !== undefined;
};

/** Reads an answer that came as one object. */
export const readGeminiObject = (summary: AnswerSummary, answer: JsonObject): void => {
  readChunk(summary, answer, createGroundingCounter());
};

/** Reads a stream of Google's API. No event says that it was the last: the reason to finish does. */
export const createGeminiReader = (): AnswerReader => {
  const summary: AnswerSummary = { toolCalls: [] };
  const generation = createGenerationWatch();
  const grounding = createGroundingCounter();
  const reader = {
    summary,
    terminal: false as boolean,
    breach: undefined as Breach | undefined,
    apply: (_eventName: string | undefined, data: string, decode: (data: string) => string): boolean => {
      const chunk = parseJson(decode(data));
      if (!isObject(chunk)) return false;
      const tells = objectsOf(chunk.candidates).some(({ content }) => isObject(content));
      if (generation.see({ id: nonEmptyString(chunk.responseId), hasRole: true, tells })) {
        summary.isSpliced = true;
        reader.breach = restartedStream();
        reader.terminal = false;
        return true;
      }
      reader.terminal = readChunk(summary, chunk, grounding) || reader.terminal;
      return true;
    },
  };
  return reader;
};
