import { createId } from '../../base/ids.ts';
import { type JsonObject, objectsOf, wordOf } from '../../base/json-object.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { AnswerUsage } from '../answer-sink.ts';
import { type AnswerWriter, createObjectWriter, EVENT_STREAM } from '../answer-writer.ts';
import { extraUsage } from '../extra-usage.ts';
import { type ChatPiece, type ChatSinkDeps, createChatSink } from './create-sink.ts';

interface ChatWriterDeps extends Pick<ChatSinkDeps, 'names' | 'sealer'> {
  readonly clock: Pick<Clock, 'now'>;
  /** The model as asked for; the provider's own word replaces it. */
  readonly model: string;
}

interface StreamOptions {
  /** `stream_options.include_usage` */
  readonly includeUsage: boolean;
}

/** The full shape; null if the provider counted nothing. */
const writeUsage = (usage: AnswerUsage): JsonObject | null => {
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (inputTokens === undefined && outputTokens === undefined) return null;
  const input = inputTokens ?? 0;
  const output = outputTokens ?? 0;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: totalTokens ?? input + output,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInputTokens ?? 0,
      cache_write_tokens: usage.cacheWriteTokens ?? 0,
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    ...extraUsage(usage),
  };
};

const errorObject = ({ code, message }: Extract<ChatPiece, { kind: 'error' }>): JsonObject => ({
  error: { message, type: 'provider_error', code, param: null },
});

const createHead = (clock: Pick<Clock, 'now'>, object: string, asked: string) => {
  let model = asked;
  const suffix = createId('', clock.now()).slice(1);
  const id = `chatcmpl-${suffix}`;
  const created = Math.floor(clock.now() / 1000);
  return {
    suffix,
    setModel: (said: string): void => {
      model = said;
    },
    members: (): JsonObject => ({ id, object, created, model }),
  };
};

/** As server-sent events, with `[DONE]` at the end. */
export const createChatStream = (deps: ChatWriterDeps, { includeUsage }: StreamOptions): AnswerWriter => {
  const head = createHead(deps.clock, 'chat.completion.chunk', deps.model);
  let text = '';
  const send = (data: JsonObject): void => {
    text += `data: ${JSON.stringify(data)}\n\n`;
  };
  const choice = (delta: JsonObject, reason: string | null): void =>
    send({
      ...head.members(),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
      ...(includeUsage && { usage: null }),
    });
  const emit = (piece: ChatPiece): void => {
    if (piece.kind === 'delta') {
      choice(piece.delta, null);
    } else if (piece.kind === 'error') {
      send(errorObject(piece));
    } else {
      choice({}, piece.reason);
      if (includeUsage) send({ ...head.members(), choices: [], usage: writeUsage(piece.usage) });
      text += 'data: [DONE]\n\n';
    }
  };
  const sink = createChatSink({ ...deps, emit, id: head.suffix, onModel: head.setModel });
  const take = (): string => {
    const written = text;
    text = '';
    return written;
  };
  return { sink, contentType: EVENT_STREAM, take, end: take };
};

/** Adds a delta to the message that it is a piece of: texts and lists of calls grow, the rest is set. */
const addDelta = (message: Record<string, unknown>, delta: JsonObject): void => {
  for (const [name, value] of Object.entries(delta)) {
    const before = message[name];
    if (name === 'tool_calls') {
      const calls = objectsOf(before).slice();
      for (const { index, ...call } of objectsOf(value)) {
        const place = Number(index);
        calls[place] = { ...calls[place], ...call, ...joinCalled(calls[place], call) };
      }
      message[name] = calls;
    } else if (Array.isArray(value)) {
      message[name] = [...objectsOf(before), ...value];
    } else {
      message[name] = typeof before === 'string' && typeof value === 'string' ? before + value : value;
    }
  }
};

const joinCalled = (before: JsonObject | undefined, call: JsonObject): JsonObject => {
  const kind = 'custom' in call ? 'custom' : 'function';
  const member = kind === 'custom' ? 'input' : 'arguments';
  const [old, more] = [objectsOf([before?.[kind]])[0], objectsOf([call[kind]])[0]];
  return {
    [kind]: { ...old, ...more, [member]: wordOf(old?.[member] ?? '') + wordOf(more?.[member] ?? '') },
  };
};

/** As one object. */
export const createChatJson = (deps: ChatWriterDeps): AnswerWriter => {
  const head = createHead(deps.clock, 'chat.completion', deps.model);
  const message: Record<string, unknown> = {};
  let answer: JsonObject | undefined;
  let failure: { readonly code: string; readonly message: string } | undefined;
  const emit = (piece: ChatPiece): void => {
    if (piece.kind === 'delta') {
      addDelta(message, piece.delta);
    } else if (piece.kind === 'error') {
      failure = piece;
      answer = errorObject(piece);
    } else {
      const { content, refusal = null, ...others } = message;
      const said = { ...others, content: content === '' ? null : content, refusal };
      const choice = { index: 0, message: said, logprobs: null, finish_reason: piece.reason };
      answer = { ...head.members(), choices: [choice], usage: writeUsage(piece.usage) };
    }
  };
  const sink = createChatSink({ ...deps, emit, id: head.suffix, onModel: head.setModel });
  return createObjectWriter(
    sink,
    () => answer,
    () => failure && { code: failure.code, message: failure.message },
  );
};
