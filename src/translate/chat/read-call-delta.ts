import { isObject, type JsonObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';
import { type CallExtras, readCallExtras } from './call-extras.ts';

/** A piece of a call, as a delta or a message has it. */
export interface CallDelta {
  readonly index: number | undefined;
  readonly callId: string | undefined;
  readonly name: string | undefined;
  readonly json: string;
  readonly extras: CallExtras | undefined;
}

const argumentsOf = (called: JsonObject): string => {
  const given = called.arguments ?? called.input;
  if (typeof given === 'string') return given;
  return isObject(given) ? JSON.stringify(given) : '';
};

/** The calls of a delta; `function_call` is the form before there were several. */
export const callsOf = (delta: JsonObject): readonly JsonObject[] =>
  isObject(delta.function_call) ? [{ index: 0, function: delta.function_call }] : objectsOf(delta.tool_calls);

/** Some servers write it as a text. */
const indexOf = (index: unknown): number | undefined => {
  if (typeof index === 'string' && /^\d{1,6}$/.test(index)) return Number(index);
  return typeof index === 'number' ? index : undefined;
};

export const deltaOf = (call: JsonObject): CallDelta => {
  const called = [call.function, call.custom].find(isObject) ?? {};
  return {
    index: indexOf(call.index),
    callId: nonEmptyString(call.id),
    name: nonEmptyString(called.name),
    json: argumentsOf(called),
    extras: readCallExtras(call),
  };
};
