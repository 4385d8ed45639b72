import { isObject, type JsonObject, nonEmptyString, parseJson, wordOf } from '../../base/json-object.ts';
import type { AnswerSink } from '../answer-sink.ts';
import { stateOf } from './reasoning-state.ts';

/** Reads one content block from its start, its deltas and its stop. */
export interface BlockReader {
  delta(delta: JsonObject): void;
  stop(): void;
}

interface BlockContext {
  readonly sink: AnswerSink;
  readonly model: string;
  /** Of the block in the answer. */
  readonly key: string;
  /** The provider's own searches of which the result has not come. */
  readonly searches: Map<string, JsonObject>;
}

const stringOf = (object: JsonObject, name: string): string => nonEmptyString(object[name]) ?? '';

const readText = (block: JsonObject, { sink }: BlockContext): BlockReader => {
  const write = (text: string): void => {
    if (text !== '') sink.text(text);
  };
  write(stringOf(block, 'text'));
  return { delta: (delta) => write(stringOf(delta, 'text')), stop: () => undefined };
};

const readThinking = (block: JsonObject, { sink, model }: BlockContext): BlockReader => {
  let thinking = '';
  let signature = stringOf(block, 'signature');
  const write = (text: string): void => {
    if (text === '') return;
    thinking += text;
    sink.reasoning(text);
  };
  write(stringOf(block, 'thinking'));
  return {
    delta: (delta) => {
      if (delta.type === 'signature_delta') signature += stringOf(delta, 'signature');
      else write(stringOf(delta, 'thinking'));
    },
    stop: () => {
      // Other makers' models sign nothing: there is nothing to send back.
      if (signature !== '') sink.reasoningState(stateOf(model, [{ type: 'thinking', thinking, signature }]));
    },
  };
};

const readRedacted = (block: JsonObject, { sink, model }: BlockContext): BlockReader => ({
  delta: () => undefined,
  stop: () => sink.reasoningState(stateOf(model, [block])),
});

/** The JSON of an input: in pieces, or whole in the start of the block. */
const joinInput = (block: JsonObject, write: (json: string) => void): BlockReader => {
  let isEmpty = true;
  return {
    delta: (delta) => {
      const json = stringOf(delta, 'partial_json');
      if (json === '') return;
      isEmpty = false;
      write(json);
    },
    stop: () => {
      if (isEmpty) write(JSON.stringify(isObject(block.input) ? block.input : {}));
    },
  };
};

const readCall = (block: JsonObject, { sink, key }: BlockContext): BlockReader => {
  const callId = nonEmptyString(block.id);
  sink.callBegin(key, { ...(callId === undefined ? {} : { callId }), name: stringOf(block, 'name') });
  const input = joinInput(block, (json) => sink.callArguments(key, json));
  return {
    delta: input.delta,
    stop: () => {
      input.stop();
      sink.callEnd(key);
    },
  };
};

const readServerCall = (block: JsonObject, { sink, searches }: BlockContext): BlockReader => {
  let json = '';
  const parts = joinInput(block, (part) => {
    json += part;
  });
  return {
    delta: parts.delta,
    stop: () => {
      parts.stop();
      if (block.name !== 'web_search') return;
      const input = parseJson(json);
      searches.set(stringOf(block, 'id'), { ...block, input: isObject(input) ? input : {} });
      sink.webSearch(isObject(input) ? nonEmptyString(input.query) : undefined);
    },
  };
};

const readSearchResult = (block: JsonObject, { sink, model, searches }: BlockContext): BlockReader => ({
  delta: () => undefined,
  stop: () => {
    const id = stringOf(block, 'tool_use_id');
    const search = searches.get(id);
    if (search === undefined) return;
    searches.delete(id);
    sink.reasoningState(stateOf(model, [search, block]));
  },
});

const READERS: Readonly<Record<string, (block: JsonObject, context: BlockContext) => BlockReader>> = {
  text: readText,
  thinking: readThinking,
  redacted_thinking: readRedacted,
  tool_use: readCall,
  server_tool_use: readServerCall,
  web_search_tool_result: readSearchResult,
};

/** @returns undefined if the kind of block is not known: it is passed over, and the rest is read */
export const createBlockReader = (block: JsonObject, context: BlockContext): BlockReader | undefined => {
  const type = wordOf(block.type);
  return Object.hasOwn(READERS, type) ? READERS[type]?.(block, context) : undefined;
};
