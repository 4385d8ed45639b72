import { isObject, nonEmptyString, objectsOf, parseJson } from '../../base/json-object.ts';
import type { AnswerSink } from '../answer-sink.ts';
import type { AnswerWriter } from '../answer-writer.ts';

/** What models of OpenAI's were once trained to write in place of several calls. */
const WRAPPER = /^(?:functions\.)?multi_tool_use[._]parallel$/;

interface WrittenCall {
  readonly name: string;
  readonly json: string;
}

const usesOf = (json: string): readonly WrittenCall[] | undefined => {
  const value = parseJson(json);
  const uses = isObject(value) ? objectsOf(value.tool_uses) : [];
  const calls = uses.flatMap((use): WrittenCall[] => {
    const name = nonEmptyString(use.recipient_name)?.replace(/^functions\./, '');
    return name === undefined
      ? []
      : [{ name, json: JSON.stringify(isObject(use.parameters) ? use.parameters : {}) }];
  });
  return calls.length > 0 && calls.length === uses.length ? calls : undefined;
};

/** Tells each of the calls that are in a wrapper which no client knows. */
const expandParallel = (sink: AnswerSink): AnswerSink => {
  const held = new Map<string, { readonly name: string; json: string }>();
  const release = (key: string): void => {
    const call = held.get(key);
    if (call === undefined) return;
    held.delete(key);
    const uses = usesOf(call.json) ?? [call];
    for (const [place, { name, json }] of uses.entries()) {
      const own = `${key}/${place}`;
      sink.callBegin(own, { name });
      sink.callArguments(own, json);
      sink.callEnd(own);
    }
  };
  const releaseAll = (): void => {
    for (const key of [...held.keys()]) release(key);
  };
  return {
    ...sink,
    callBegin: (key, call) => {
      if (WRAPPER.test(call.name) && sink.isDeclared?.(call.name) !== true) {
        held.set(key, { name: call.name, json: '' });
      } else sink.callBegin(key, call);
    },
    callArguments: (key, delta) => {
      const call = held.get(key);
      if (call === undefined) sink.callArguments(key, delta);
      else call.json += delta;
    },
    callEnd: (key) => {
      if (held.has(key)) release(key);
      else sink.callEnd(key);
    },
    finish: (reason, words) => {
      releaseAll();
      sink.finish(reason, words);
    },
  };
};

/** @see https://community.openai.com/t/model-tries-to-call-unknown-function-multi-tool-use-parallel/490653 */
export const withExpandedCalls = (writer: AnswerWriter): AnswerWriter => ({
  ...writer,
  sink: expandParallel(writer.sink),
});
