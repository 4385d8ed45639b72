import { parseJson } from '../../base/json-object.ts';
import type { AnswerSink } from '../answer-sink.ts';
import type { AnswerWriter } from '../answer-writer.ts';
import { renameInValue } from '../schema/rename-keys.ts';
import type { RenamedKeys } from './repair-pass.ts';

interface HeldCall {
  readonly keys: RenamedKeys;
  json: string;
}

/** Models that were trained on another format write `functions.look`, `look:0` or `look<|channel|>json`. */
const withoutMarks = (name: string): string =>
  name
    .replace(/<\|.*$/s, '')
    .replace(/^functions[.:]/, '')
    .replace(/:\d+$/, '');

/**
 * Renames keys in the arguments of calls back to those that the client's tools have. Only the calls of tools
 * whose keys were renamed are held until they are whole; all else passes at once.
 */
const restoreKeys = (sink: AnswerSink, renamed: ReadonlyMap<string, RenamedKeys>): AnswerSink => {
  const held = new Map<string, HeldCall>();
  const release = (key: string): void => {
    const call = held.get(key);
    if (call === undefined) return;
    held.delete(key);
    const value = parseJson(call.json);
    // Garbled arguments are for the client to refuse.
    sink.callArguments(
      key,
      value === undefined ? call.json : JSON.stringify(renameInValue(value, call.keys)),
    );
  };
  const releaseAll = (): void => {
    for (const key of [...held.keys()]) release(key);
  };
  return {
    begin: (start) => sink.begin(start),
    text: (delta) => sink.text(delta),
    refusal: (delta) => sink.refusal(delta),
    reasoning: (delta) => sink.reasoning(delta),
    reasoningState: (state) => sink.reasoningState(state),
    ...(sink.isDeclared && { isDeclared: (name) => sink.isDeclared?.(name) ?? false }),
    ...(sink.parametersOf && { parametersOf: (name) => sink.parametersOf?.(name) }),
    callBegin: (key, call) => {
      const keys = renamed.get(call.name) ?? renamed.get(withoutMarks(call.name));
      if (keys !== undefined) held.set(key, { keys, json: '' });
      sink.callBegin(key, call);
    },
    callArguments: (key, delta) => {
      const call = held.get(key);
      if (call === undefined) sink.callArguments(key, delta);
      else call.json += delta;
    },
    callEnd: (key) => {
      release(key);
      sink.callEnd(key);
    },
    webSearch: (query) => sink.webSearch(query),
    alive: () => sink.alive?.(),
    usage: (usage) => sink.usage(usage),
    finish: (reason, words) => {
      releaseAll();
      sink.finish(reason, words);
    },
    fail: (error) => {
      releaseAll();
      sink.fail(error);
    },
  };
};

/** The same writer where no keys were renamed. */
export const withRestoredKeys = (
  writer: AnswerWriter,
  renamed: ReadonlyMap<string, RenamedKeys>,
): AnswerWriter => (renamed.size === 0 ? writer : { ...writer, sink: restoreKeys(writer.sink, renamed) });
