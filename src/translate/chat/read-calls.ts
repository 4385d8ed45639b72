import { isObject, type JsonObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';
import type { AnswerSink } from '../answer-sink.ts';

/** Calls of an answer, as its deltas (or its message) tell of them. */
export interface CallReader {
  read(delta: JsonObject): void;
  /** True where the answer has a call. */
  found(): boolean;
}

interface HeardCall {
  readonly key: string;
  callId: string | undefined;
  /** Arguments that came before the name. */
  held: string;
  begun: boolean;
}

const argumentsOf = (called: JsonObject): string => {
  const given = called.arguments ?? called.input;
  if (typeof given === 'string') return given;
  return isObject(given) ? JSON.stringify(given) : '';
};

/** The calls of a delta; `function_call` is the form before there were several. */
const callsOf = (delta: JsonObject): readonly JsonObject[] =>
  isObject(delta.function_call) ? [{ index: 0, function: delta.function_call }] : objectsOf(delta.tool_calls);

/**
 * Servers differ: some give no index, some give all calls of an answer the same one and tell them apart by
 * their ids, some repeat id and name in every delta, some send a call in one piece.
 */
export const createCallReader = (sink: AnswerSink): CallReader => {
  /** By index. */
  const indexed = new Map<number, HeardCall>();
  let last: HeardCall | undefined;
  let count = 0;

  /** @returns the call that a delta goes on with; undefined where it begins one */
  const continued = (call: JsonObject, callId: string | undefined, place: number): HeardCall | undefined => {
    const isIndexed = typeof call.index === 'number';
    const known = isIndexed ? indexed.get(Number(call.index)) : place === 0 ? last : undefined;
    if (known === undefined) return undefined;
    if (callId !== undefined)
      return known.callId === undefined || known.callId === callId ? known : undefined;
    const isNamed = isObject(call.function) && nonEmptyString(call.function.name) !== undefined;
    return !isIndexed && isNamed && known.begun ? undefined : known;
  };

  const heardCall = (call: JsonObject, place: number): HeardCall => {
    const callId = nonEmptyString(call.id);
    const known = continued(call, callId, place);
    const heard = known ?? { key: String(count++), callId, held: '', begun: false };
    heard.callId ??= callId;
    if (typeof call.index === 'number') indexed.set(call.index, heard);
    last = heard;
    return heard;
  };

  return {
    read: (delta) => {
      for (const [place, call] of callsOf(delta).entries()) {
        const called = [call.function, call.custom].find(isObject) ?? {};
        const heard = heardCall(call, place);
        const name = nonEmptyString(called.name);
        const json = argumentsOf(called);
        if (!heard.begun && name === undefined) {
          heard.held += json;
          continue;
        }
        if (!heard.begun && name !== undefined) {
          heard.begun = true;
          const { callId } = heard;
          sink.callBegin(heard.key, { name, ...(callId !== undefined && { callId }) });
        }
        const words = heard.held + json;
        heard.held = '';
        if (words !== '') sink.callArguments(heard.key, words);
      }
    },
    found: () => count > 0,
  };
};
