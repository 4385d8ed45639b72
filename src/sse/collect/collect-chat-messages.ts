import { isObject, type JsonObject, nonEmptyString, objectsOf, parseJson } from '../../base/json-object.ts';
import type { OutputCollector } from './collect-responses-items.ts';

type Draft = Record<string, unknown>;

// What comes in pieces. Everything else comes whole, and later values replace earlier ones.
const PIECEWISE = new Set([
  'content',
  'refusal',
  'reasoning',
  'reasoning_content',
  'reasoning_text',
  'arguments',
  'input',
]);

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

/**
 * The call that a delta goes on with: the one that has its index (its place where it names none). A delta with
 * its own name, upon one whose arguments are whole, begins another call, even under the same index.
 */
const placeOf = (calls: readonly Draft[], delta: JsonObject, index: number): number => {
  const known = calls.findLastIndex((call) => call.index === index);
  if (known < 0) return calls.length;
  const { function: asked, custom, id } = calls[known] as Draft;
  const isNamed = [delta.function, delta.custom].some((part) => isObject(part) && nonEmptyString(part.name));
  const isWhole =
    (isObject(asked) && parseJson(String(asked.arguments)) !== undefined) ||
    (isObject(custom) && nonEmptyString(custom.input) !== undefined);
  const isOther = nonEmptyString(delta.id) === undefined || delta.id !== id;
  return isNamed && isWhole && isOther ? calls.length : known;
};

const mergeCalls = (known: unknown, deltas: unknown): Draft[] => {
  const calls: Draft[] = objectsOf(known).map((call) => ({ ...call }));
  for (const [place, delta] of objectsOf(deltas).entries()) {
    // Indexes come from outside, so they name calls and are no places in the list.
    const index = typeof delta.index === 'number' ? delta.index : place;
    const at = placeOf(calls, delta, index);
    const call = calls[at] ?? { index };
    mergeFields(call, delta);
    calls[at] = call;
  }
  return calls;
};

/** Indexes say what belongs together while a stream comes in; a whole message has none. */
const withoutIndexes = (message: Draft): Draft => {
  if (!Array.isArray(message.tool_calls)) return message;
  return { ...message, tool_calls: objectsOf(message.tool_calls).map(({ index: _index, ...call }) => call) };
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
        .map(([, { message, ended }]) => {
          const whole = withoutIndexes(message);
          return ended ? whole : { ...whole, status: 'incomplete' };
        }),
  };
};
