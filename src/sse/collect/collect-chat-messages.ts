import { isObject, type JsonObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';
import type { OutputCollector } from './collect-responses-items.ts';

type Draft = Record<string, unknown>;

// What comes in pieces. Everything else comes whole, and later values replace earlier ones.
const PIECEWISE = new Set(['content', 'refusal', 'reasoning', 'reasoning_content', 'arguments', 'input']);

const mergeFields = (target: Draft, delta: JsonObject): void => {
  for (const [key, value] of Object.entries(delta)) {
    if (value === null || value === '') {
      target[key] ??= value;
    } else if (PIECEWISE.has(key) && typeof value === 'string') {
      target[key] = (nonEmptyString(target[key]) ?? '') + value;
    } else if (key === 'tool_calls') {
      target[key] = mergeCalls(target[key], value);
    } else if (isObject(value)) {
      const merged = isObject(target[key]) ? { ...target[key] } : {};
      mergeFields(merged, value);
      target[key] = merged;
    } else {
      target[key] = value;
    }
  }
};

const mergeCalls = (known: unknown, deltas: unknown): Draft[] => {
  const calls: Draft[] = objectsOf(known).map((call) => ({ ...call }));
  for (const [place, { index, ...delta }] of objectsOf(deltas).entries()) {
    // Indexes come from outside: a call far away goes to the end instead of stretching the list.
    const at = Math.min(typeof index === 'number' && index >= 0 ? Math.floor(index) : place, calls.length);
    const call = calls[at] ?? {};
    mergeFields(call, delta);
    calls[at] = call;
  }
  return calls;
};

/** Rebuilds the message of each choice of a chat-completions stream. */
export const collectChatMessages = (): OutputCollector => {
  const messages = new Map<number, { message: Draft; ended: boolean }>();
  return {
    apply: (chunk) => {
      for (const [place, choice] of objectsOf(chunk.choices).entries()) {
        const index = typeof choice.index === 'number' ? choice.index : place;
        const draft = messages.get(index) ?? { message: {}, ended: false };
        messages.set(index, draft);
        if (isObject(choice.delta)) mergeFields(draft.message, choice.delta);
        if (nonEmptyString(choice.finish_reason) !== undefined) draft.ended = true;
      }
    },
    output: () =>
      [...messages]
        .sort(([left], [right]) => left - right)
        .map(([, { message, ended }]) => (ended ? message : { ...message, status: 'incomplete' })),
  };
};
