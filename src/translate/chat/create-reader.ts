import {
  isObject,
  type JsonObject,
  nonEmptyString,
  objectsOf,
  parseJson,
  wordOf,
} from '../../base/json-object.ts';
import { decodeEventData } from '../../sse/frame-events.ts';
import { createGenerationWatch } from '../../sse/generation-watch.ts';
import type { AnswerReader, AnswerSink, FinishReason } from '../answer-sink.ts';
import { SOME_PROVIDER, secondGeneration, UNREADABLE_ANSWER } from '../answer-writer.ts';
import { createBodyReader, createEventReader } from '../read-body.ts';
import { createToldSink } from '../told-sink.ts';
import type { ChatQuirks } from './quirks.ts';
import { createCallReader } from './read-calls.ts';
import { findError } from './read-error.ts';
import { createMarkedTextReader } from './read-marked-text.ts';
import { createThoughtReader } from './read-thoughts.ts';
import { readUsage } from './read-usage.ts';

const LOST_ARGUMENTS = {
  code: UNREADABLE_ANSWER.code,
  message: "gomodel-ts: the provider's answer contains arguments that belong to no tool call; try again",
};

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['tool_calls', 'calls'],
  ['function_call', 'calls'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['content_filter', 'filter'],
  ['sensitive', 'filter'],
]);

/** Reasons by which a provider says that it has failed. */
const FAILURES: ReadonlyMap<string, string> = new Map([
  ['error', 'the provider broke off its answer with an error'],
  ['network_error', 'the provider broke off its answer: network_error'],
  ['insufficient_system_resource', 'the provider broke off its answer: it ran out of resources'],
]);

/** The content of a delta or a message: a text, or parts of which the texts count. */
const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .filter(({ type }) => type === 'text')
    .map(({ text }) => wordOf(text ?? ''))
    .join('');
};

/** Whether a delta has a piece of the answer, and not merely its speaker. */
const hasPiece = (message: JsonObject): boolean =>
  textOf(message.content) !== '' ||
  nonEmptyString(message.refusal) !== undefined ||
  nonEmptyString(message.reasoning_content) !== undefined ||
  nonEmptyString(message.reasoning) !== undefined ||
  objectsOf(message.reasoning_details).length > 0 ||
  objectsOf(message.tool_calls).length > 0 ||
  isObject(message.function_call) ||
  (Array.isArray(message.content) && message.content.length > 0);

/** The one choice that is asked for; others may come all the same. */
const firstChoice = (choices: unknown): JsonObject | undefined =>
  Array.isArray(choices)
    ? choices.find((choice: unknown): choice is JsonObject => isObject(choice) && (choice.index ?? 0) === 0)
    : undefined;

interface CompletionReader {
  /** A completion, or a chunk of one. */
  read(completion: JsonObject): void;
  /** The provider has said that nothing more comes, or nothing does. */
  end(hasLastWord: boolean): void;
}

/** What is known of one generation. */
const createGeneration = (sink: AnswerSink, quirks: ChatQuirks) => {
  const thoughts = createThoughtReader(sink, quirks.thoughts);
  const calls = createCallReader(sink);
  return {
    thoughts,
    calls,
    marked: quirks.thinkTags ? createMarkedTextReader({ sink, calls, endThought: thoughts.end }) : undefined,
    watch: createGenerationWatch(),
    reason: undefined as string | undefined,
  };
};

interface ReaderOptions extends ChatQuirks {
  /** How messages name the provider. */
  readonly upstream?: string | undefined;
}

const createCompletionReader = (given: AnswerSink, options: ReaderOptions): CompletionReader => {
  const { sink, hasTold } = createToldSink(given);
  let { thoughts, calls, marked, watch, reason } = createGeneration(sink, options);
  let begun = false;
  let ended = false;

  const say = (text: string): void => {
    thoughts.end();
    sink.text(text);
  };

  const readMessage = (message: JsonObject): void => {
    thoughts.read(message);
    const text = textOf(message.content);
    const refusal = nonEmptyString(message.refusal);
    const hasCalls = objectsOf(message.tool_calls).length > 0 || isObject(message.function_call);
    if (text !== '' && marked) marked.read(text);
    else if (text !== '') say(text);
    if (refusal !== undefined || hasCalls) thoughts.end();
    if (refusal !== undefined) sink.refusal(refusal);
    calls.read(message);
  };

  const fail = (error: { code: string; message: string }): void => {
    ended = true;
    sink.fail({ code: error.code, message: error.message });
  };

  /** @returns false where another answer has begun after a part of the first one was passed on */
  const isSameAnswer = (id: unknown, message: JsonObject): boolean => {
    const sign = { id: nonEmptyString(id), hasRole: message.role !== undefined, tells: hasPiece(message) };
    if (!watch.see(sign)) return true;
    if (hasTold()) return false;
    ({ thoughts, calls, marked, watch, reason } = createGeneration(sink, options));
    watch.see(sign);
    return true;
  };

  return {
    read: (completion) => {
      if (ended) return;
      const error = findError(completion);
      if (error !== undefined) return fail(error);
      const { id, model } = completion;
      if (!begun) {
        begun = true;
        sink.begin({
          ...(typeof id === 'string' && { id }),
          ...(typeof model === 'string' && model !== '' && { model }),
        });
      }
      const choice = firstChoice(completion.choices);
      const message = choice?.delta ?? choice?.message;
      if (isObject(message)) {
        if (!isSameAnswer(id, message)) return fail(secondGeneration(options.upstream ?? SOME_PROVIDER));
        readMessage(message);
      }
      reason = nonEmptyString(choice?.finish_reason) ?? reason;
      const usage = readUsage(completion);
      if (usage !== undefined) sink.usage(usage);
    },
    end: (hasLastWord) => {
      if (ended || (reason === undefined && !hasLastWord)) return;
      ended = true;
      const failure = FAILURES.get(reason ?? '');
      if (failure !== undefined) return fail({ code: reason ?? 'error', message: failure });
      marked?.end();
      thoughts.end();
      if (!calls.end()) return fail(LOST_ARGUMENTS);
      sink.finish(REASONS.get(reason ?? '') ?? (calls.found() ? 'calls' : 'stop'));
    },
  };
};

/** Reads a stream. Usage may follow the last reason, so that the end is told when the stream tells of it. */
const createStreamReader = (completion: CompletionReader, sink: AnswerSink): AnswerReader =>
  createEventReader(sink, {
    onData: (data) => {
      if (data.startsWith('[DONE]')) return completion.end(true);
      const chunk = parseJson(decodeEventData(data));
      if (isObject(chunk)) completion.read(chunk);
    },
    onEnd: () => completion.end(false),
    readsLast: false,
  });

const createObjectReader = (completion: CompletionReader): AnswerReader =>
  createBodyReader((body) => {
    const object: unknown = [parseJson(body.toString('utf8'))].flat().find(isObject);
    if (isObject(object)) completion.read(object);
    // Some servers give no reason with an answer in one piece.
    const choice = isObject(object) ? firstChoice(object.choices) : undefined;
    completion.end(isObject(choice?.message));
  });

/** Of a 2xx answer of a chat-completions provider. */
export const createReader = (sink: AnswerSink, isStream: boolean, options: ReaderOptions): AnswerReader => {
  const completion = createCompletionReader(sink, options);
  return isStream ? createStreamReader(completion, sink) : createObjectReader(completion);
};
