import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { ReasoningState } from '../ask.ts';
import type { AssistantTurn } from './arrange-turns.ts';

/**
 * Members of a call beside its function: Gemini's signature, as Google's own endpoint for chat completions and as
 * gateways in front of it tell it. Without it, Gemini refuses the call in every later turn.
 */
export type CallExtras = JsonObject;

const MEMBERS = ['extra_content', 'provider_specific_fields', 'thought_signature'] as const;

const isTelling = (value: unknown): boolean =>
  typeof value === 'string' ? value !== '' : isObject(value) && Object.keys(value).length > 0;

/** @see https://ai.google.dev/gemini-api/docs/thought-signatures#openai */
export const readCallExtras = (call: JsonObject): CallExtras | undefined => {
  const found = MEMBERS.filter((member) => isTelling(call[member]));
  return found.length === 0 ? undefined : Object.fromEntries(found.map((member) => [member, call[member]]));
};

/** @param place of the call among those of its answer */
export const createCallState = (place: number, extras: CallExtras): ReasoningState => ({
  dialect: 'chat',
  data: { call: place, extras },
});

type Thoughts = AssistantTurn['thoughts'];

/** Tells what belongs to calls, by their places, apart from the thoughts of a turn. */
export const takeCallExtras = (
  thoughts: Readonly<Thoughts>,
): { readonly thoughts: Thoughts; readonly extrasAt: ReadonlyMap<number, CallExtras> } => {
  const extrasAt = new Map<number, CallExtras>();
  const others = thoughts.filter(({ state }) => {
    if (state?.dialect !== 'chat' || typeof state.data.call !== 'number') return true;
    if (isObject(state.data.extras)) extrasAt.set(state.data.call, state.data.extras);
    return false;
  });
  return { thoughts: others, extrasAt };
};
