import { isObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';
import type { Usage } from '../../sse/answer-summary.ts';
import { createGenerationWatch } from '../../sse/generation-watch.ts';
import { createGroundingCounter } from '../../sse/readers/count-grounding.ts';
import { noteTier } from '../../sse/readers/note-tier.ts';
import { readGeminiUsage, tierOfGemini } from '../../sse/readers/read-gemini-usage.ts';
import type { AnswerSink } from '../answer-sink.ts';
import { lostCall, SOME_PROVIDER, secondGeneration, wordlessAnswer } from '../answer-writer.ts';
import type { JsonObject } from '../ask.ts';
import { findFailure } from '../context-overflow.ts';
import { createArgumentsReader } from './read-call-arguments.ts';
import { readStatus } from './read-error.ts';
import { readFinish } from './read-finish.ts';
import { type GeminiState, type TextSignature, toReasoningState } from './reasoning-state.ts';
import { noteArguments } from './signed-call.ts';
import { readToolName } from './tool-name.ts';

export interface ChunkReader {
  /** @param text the chunk as it was written */
  apply(chunk: JsonObject, text: string): void;
  /** Signals the end of input. Reports how the answer ended, if the provider said so. */
  end(): void;
}

const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

/**
 * Reads the chunks of one answer; a whole answer is a stream of one chunk. The end is told with the last
 * chunk's successor, since every chunk may give a reason to finish, and usage may follow it.
 * @see https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
 */
export const createChunkReader = (sink: AnswerSink, upstream = SOME_PROVIDER): ChunkReader => {
  const generation = createGenerationWatch();
  let hasBegun = false;
  let hasFailed = false;
  let finishReason: string | undefined;
  let finishMessage: string | undefined;
  let blockReason: string | undefined;
  let model: string | undefined;
  let usage: Usage | undefined;
  const tiered: { serviceTier?: string } = {};
  const grounding = createGroundingCounter();
  let calls = 0;
  let isThinking = false;
  /** A word, or what its own tools brought. */
  let hasAnswer = false;
  let textLength = 0;
  let signatures: TextSignature[] = [];
  /** Parts of the provider's own tools since the last thing that was told. */
  let parts: JsonObject[] = [];
  /** Search queries: those already reported, and those that wait for the end of the running text. */
  const searches = new Set<string>();
  const queued = new Set<string>();

  const fail = (code: string, message: string): void => {
    hasFailed = true;
    sink.fail({ code, message });
  };

  /** Emits the state that belongs to what was emitted so far and to the next call. */
  const tellState = (more: Pick<GeminiState, 'thought' | 'call' | 'args'> = {}): void => {
    const state: GeminiState = {
      ...(signatures.length > 0 && { text: signatures }),
      ...(parts.length > 0 && { parts }),
      ...more,
    };
    // A thought's state says that it is Gemini's own, even where no signature came with it.
    if (isThinking || Object.keys(state).length > 0) {
      sink.reasoningState(toReasoningState({ ...(model !== undefined && { model }), ...state }));
    }
    isThinking = false;
    textLength = 0;
    signatures = [];
    parts = [];
  };

  const tellSearches = (queries: readonly string[]): void => {
    for (const query of queries.filter((each) => !searches.has(each))) {
      searches.add(query);
      sink.webSearch(query);
    }
  };

  const applyThought = (text: string, signature: string | undefined): void => {
    if (!isThinking && (textLength > 0 || signatures.length > 0 || parts.length > 0)) tellState();
    if (text !== '') sink.reasoning(text);
    isThinking ||= text !== '';
    if (signature !== undefined) tellState({ thought: signature });
  };

  const applyText = (text: string, signature: string | undefined): void => {
    if (text === '' && signature === undefined) return;
    if (text !== '') {
      if (isThinking || parts.length > 0) tellState();
      hasAnswer = true;
      sink.text(text);
    }
    if (signature !== undefined) signatures.push({ at: textLength, length: text.length, signature });
    textLength += text.length;
  };

  const applyCall = (call: JsonObject, signature: string | undefined, json: string): void => {
    const args = noteArguments(json);
    tellState(signature === undefined ? {} : { call: signature, ...(args && { args }) });
    const key = String(calls++);
    const callId = nonEmptyString(call.id);
    // In pieces a call comes only where that was asked for.
    if (call.partialArgs !== undefined || nonEmptyString(call.name) === undefined) {
      const { code, message } = lostCall(upstream);
      fail(code, message);
      return;
    }
    const name = readToolName(nonEmptyString(call.name) ?? '');
    sink.callBegin(key, { ...(callId !== undefined && { callId }), name });
    sink.callArguments(key, json);
    sink.callEnd(key);
  };

  const applyProviderTool = (part: JsonObject): void => {
    if (textLength > 0 || isThinking) tellState();
    parts.push(part);
    hasAnswer = true;
    const call = part.toolCall;
    if (isObject(call) && isObject(call.args)) tellSearches(stringsOf(call.args.queries));
  };

  /** Pictures have no place in the other APIs' answers; their user should know that there was one. */
  const applyMedia = ({ mimeType }: JsonObject): void =>
    applyText(`[${nonEmptyString(mimeType) ?? 'data'} of the model, which cannot be shown here]`, undefined);

  const applyPart = (
    part: JsonObject,
    index: number,
    readArguments: ReturnType<typeof createArgumentsReader>,
  ): void => {
    const signature = nonEmptyString(part.thoughtSignature);
    const { functionCall, text } = part;
    if (isObject(functionCall)) {
      applyCall(functionCall, signature, readArguments(functionCall.args, index));
    } else if ('toolCall' in part || 'toolResponse' in part) applyProviderTool(part);
    else if (isObject(part.inlineData)) applyMedia(part.inlineData);
    else if (typeof text !== 'string' && signature === undefined) return;
    else if (part.thought === true) applyThought(nonEmptyString(text) ?? '', signature);
    else applyText(nonEmptyString(text) ?? '', signature);
  };

  const begin = (chunk: JsonObject): void => {
    model ??= nonEmptyString(chunk.modelVersion);
    if (hasBegun) return;
    hasBegun = true;
    const id = nonEmptyString(chunk.responseId);
    sink.begin({ ...(id !== undefined && { id }), ...(model !== undefined && { model }) });
  };

  return {
    apply: (chunk, text) => {
      if (hasFailed) return;
      if (isObject(chunk.error)) {
        const { code = 'provider_error', message } = readStatus(chunk.error);
        fail(code, message);
        return;
      }
      const bare = findFailure(chunk);
      if (bare !== undefined) {
        fail(bare.code, bare.message);
        return;
      }
      begin(chunk);
      const { candidates, usageMetadata, promptFeedback } = chunk;
      const [candidate] = objectsOf(candidates);
      const pieces = isObject(candidate?.content) ? objectsOf(candidate.content.parts) : [];
      // Every chunk names the model as its speaker.
      const sign = { id: nonEmptyString(chunk.responseId), hasRole: true, tells: pieces.length > 0 };
      if (generation.see(sign)) {
        const { code, message } = secondGeneration(upstream);
        fail(code, message);
        return;
      }
      const readArguments = createArgumentsReader(text);
      for (const [index, part] of pieces.entries()) if (!hasFailed) applyPart(part, index, readArguments);
      if (hasFailed) return;
      finishReason = nonEmptyString(candidate?.finishReason) ?? finishReason;
      finishMessage = nonEmptyString(candidate?.finishMessage) ?? finishMessage;
      if (isObject(promptFeedback)) blockReason = nonEmptyString(promptFeedback.blockReason) ?? blockReason;
      grounding.see(chunk);
      if (isObject(usageMetadata)) {
        usage = readGeminiUsage(usageMetadata);
        noteTier(tiered, tierOfGemini(usageMetadata));
      }
      if (usage) sink.usage({ ...usage, ...grounding.searches(model), ...tiered });
      const grounded = candidate?.groundingMetadata;
      if (isObject(grounded)) for (const query of stringsOf(grounded.webSearchQueries)) queued.add(query);
    },
    end: () => {
      if (hasFailed) return;
      if (finishReason === undefined) {
        if (blockReason !== undefined) {
          // By this code Codex knows that asking again would not help.
          fail('invalid_prompt', `Gemini did not answer: it blocked the prompt (${blockReason}).`);
        }
        return;
      }
      tellState();
      tellSearches([...queued]);
      // Google's own client asks again after an answer without a word.
      if (finishReason === 'STOP' && !hasAnswer && calls === 0) {
        const { code, message } = wordlessAnswer(upstream);
        fail(code, message);
        return;
      }
      const ending = readFinish(finishReason, finishMessage, calls > 0);
      if (ending.kind === 'fail') fail(ending.code, ending.message);
      else sink.finish(ending.reason, ending.words);
    },
  };
};
