import { isObject, type JsonObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';
import type { AnswerSink } from '../answer-sink.ts';
import { toReasoningState } from './reasoning-state.ts';

/** One item of an output, from its beginning to its end. */
export interface OutputItemReader {
  /** Its text, its thought or its arguments go on. */
  add(kind: 'text' | 'refusal' | 'reasoning' | 'arguments', delta: string): void;
  /** Another part of a thought begins. */
  partBegins(): void;
  /** @param item as a whole: what no delta has told of it is told now */
  end(item: JsonObject): void;
}

const summaryOf = ({ summary, content }: JsonObject): string => {
  const texts = (list: unknown): string[] =>
    objectsOf(list).flatMap(({ text }) => nonEmptyString(text) ?? []);
  const told = texts(summary);
  return (told.length > 0 ? told : texts(content)).join('\n\n');
};

const readMessage = (item: JsonObject, sink: AnswerSink): OutputItemReader => {
  const phase = nonEmptyString(item.phase);
  if (phase !== undefined) sink.reasoningState(toReasoningState({ phase }));
  let isTold = false;
  return {
    add: (kind, delta) => {
      isTold ||= delta !== '';
      if (kind === 'refusal') sink.refusal(delta);
      else sink.text(delta);
    },
    partBegins: () => undefined,
    end: ({ content }) => {
      if (isTold) return;
      for (const { type, text, refusal } of objectsOf(content)) {
        const words = nonEmptyString(type === 'refusal' ? refusal : text);
        if (words === undefined) continue;
        if (type === 'refusal') sink.refusal(words);
        else sink.text(words);
      }
    },
  };
};

const readReasoning = (sink: AnswerSink): OutputItemReader => {
  let isTold = false;
  return {
    add: (_, delta) => {
      isTold ||= delta !== '';
      sink.reasoning(delta);
    },
    partBegins: () => {
      if (isTold) sink.reasoning('\n\n');
    },
    end: (item) => {
      const summary = isTold ? '' : summaryOf(item);
      if (summary !== '') sink.reasoning(summary);
      if (nonEmptyString(item.encrypted_content) === undefined) return;
      const { id: _, status: __, ...kept } = item;
      sink.reasoningState(toReasoningState({ item: kept }));
    },
  };
};

const readCall = (item: JsonObject, key: string, sink: AnswerSink): OutputItemReader => {
  const callId = nonEmptyString(item.call_id);
  sink.callBegin(key, { name: nonEmptyString(item.name) ?? '', ...(callId !== undefined && { callId }) });
  let isTold = false;
  return {
    add: (_, delta) => {
      isTold ||= delta !== '';
      sink.callArguments(key, delta);
    },
    partBegins: () => undefined,
    end: ({ arguments: json, status }) => {
      const whole = isTold ? undefined : nonEmptyString(json);
      if (whole !== undefined) sink.callArguments(key, whole);
      // Cut off by a limit: why, the end of the response tells.
      if (status !== 'incomplete') sink.callEnd(key);
    },
  };
};

const readSearch = (sink: AnswerSink): OutputItemReader => ({
  add: () => undefined,
  partBegins: () => undefined,
  end: ({ action }) => sink.webSearch(isObject(action) ? nonEmptyString(action.query) : undefined),
});

/**
 * @param item as it was when it began
 * @param key of the item, as the sink is told of calls
 * @returns undefined if the kind of item is not known: it is passed over, and the rest is read
 */
export const createItemReader = (
  item: JsonObject,
  key: string,
  sink: AnswerSink,
): OutputItemReader | undefined => {
  switch (item.type) {
    case 'message':
      return readMessage(item, sink);
    case 'reasoning':
      return readReasoning(sink);
    case 'function_call':
      return readCall(item, key, sink);
    case 'web_search_call':
      return readSearch(sink);
  }
  return undefined;
};
