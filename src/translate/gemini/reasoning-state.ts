import { isObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';
import type { JsonObject, ReasoningState } from '../ask.ts';
import { readSignedArguments, type SignedArguments } from './signed-call.ts';

/**
 * Where in an answer Gemini's signatures lay. They must go back on the very part that they came with, so a
 * state says which one that is, seen from the reasoning item that carries it.
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export interface GeminiState {
  /** The model that signed. */
  readonly model?: string;
  /** Of the thought itself. */
  readonly thought?: string;
  /** Of pieces of the text just before this state. */
  readonly text?: readonly TextSignature[];
  /** Unchanged parts that are neither text nor call, such as the provider's own searches. */
  readonly parts?: readonly JsonObject[];
  /** Of the next call. */
  readonly call?: string;
  /** What that call's arguments were. */
  readonly args?: SignedArguments;
}

/** A piece of a text, in UTF-16 units; empty if the signature had a part of its own. */
export interface TextSignature {
  readonly at: number;
  readonly length: number;
  readonly signature: string;
}

export const toReasoningState = (state: GeminiState): ReasoningState => ({
  dialect: 'gemini',
  data: { ...state },
});

const readTextSignature = (value: JsonObject): TextSignature[] => {
  const { at, length, signature } = value;
  return typeof at === 'number' && typeof length === 'number' && typeof signature === 'string'
    ? [{ at, length, signature }]
    : [];
};

/** @returns undefined if the state is another API's */
export const readReasoningState = (state: ReasoningState | undefined): GeminiState | undefined => {
  if (state?.dialect !== 'gemini' || !isObject(state.data)) return undefined;
  const { data } = state;
  const model = nonEmptyString(data.model);
  const thought = nonEmptyString(data.thought);
  const call = nonEmptyString(data.call);
  const args = readSignedArguments(data.args);
  return {
    ...(args !== undefined && { args }),
    ...(model !== undefined && { model }),
    ...(thought !== undefined && { thought }),
    ...(call !== undefined && { call }),
    text: objectsOf(data.text).flatMap(readTextSignature),
    parts: objectsOf(data.parts),
  };
};
