import { isObject, type JsonObject, parseJson, wordOf } from '../../base/json-object.ts';
import { type AnswerWriter, createObjectWriter, EVENT_STREAM } from '../answer-writer.ts';
import { createMessagesSink, type MessagesSinkDeps } from './create-sink.ts';

type WriterDeps = Omit<MessagesSinkDeps, 'emit' | 'onFail'>;

/** As server-sent events. */
export const createMessagesStream = (deps: WriterDeps): AnswerWriter => {
  let text = '';
  const emit = (event: JsonObject): void => {
    text += `event: ${wordOf(event.type)}\ndata: ${JSON.stringify(event)}\n\n`;
  };
  const take = (): string => {
    const written = text;
    text = '';
    return written;
  };
  return { sink: createMessagesSink({ ...deps, emit }), contentType: EVENT_STREAM, take, end: take };
};

/** Members of a block that grow with its deltas. */
const GROWING = ['text', 'thinking', 'signature'] as const;

/** One content block, put together from its events. */
const createBlock = (start: JsonObject) => {
  const block: Record<string, unknown> = { ...start };
  let json = '';
  return {
    add: (delta: JsonObject): void => {
      json += typeof delta.partial_json === 'string' ? delta.partial_json : '';
      for (const member of GROWING) {
        if (typeof delta[member] === 'string') block[member] = wordOf(block[member] ?? '') + delta[member];
      }
    },
    /** @returns undefined for a call that was cut off: a client must not act on half of one */
    end: (): JsonObject | undefined => {
      if (block.type !== 'tool_use' || json.trim() === '') return block;
      const input = parseJson(json);
      return isObject(input) ? { ...block, input } : undefined;
    },
  };
};

/** As one object: the message that its events would have made. */
export const createMessagesJson = (deps: WriterDeps): AnswerWriter => {
  const content: JsonObject[] = [];
  let message: JsonObject = {};
  let block: ReturnType<typeof createBlock> | undefined;
  let answer: JsonObject | undefined;
  let failure: { readonly code: string; readonly message: string } | undefined;

  const emit = (event: JsonObject): void => {
    if (event.type === 'message_start' && isObject(event.message)) message = event.message;
    else if (event.type === 'content_block_start' && isObject(event.content_block)) {
      block = createBlock(event.content_block);
    } else if (event.type === 'content_block_delta' && isObject(event.delta)) block?.add(event.delta);
    else if (event.type === 'content_block_stop') content.push(...[block?.end() ?? []].flat());
    else if (event.type === 'message_delta' && isObject(event.delta)) {
      answer = { ...message, content, ...event.delta, usage: event.usage };
    }
  };
  const onFail = (error: { readonly code: string; readonly message: string }): void => {
    failure = error;
  };
  const sink = createMessagesSink({ ...deps, emit, onFail });
  return createObjectWriter(
    sink,
    () => answer,
    () => failure,
  );
};
