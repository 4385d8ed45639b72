import {
  isObject,
  type JsonObject,
  nonEmptyString,
  objectsOf,
  parseJson,
  wordOf,
} from '../../base/json-object.ts';
import { decodeEventData } from '../../sse/frame-events.ts';
import { readChatEnding, readChoiceReason } from '../../sse/readers/chat-ending.ts';
import { readError } from '../../sse/readers/read-error.ts';
import { isNoUsage } from '../../sse/readers/read-usage.ts';
import type { AnswerReader, AnswerSink } from '../answer-sink.ts';
import {
  brokenOffWith,
  emptyAnswer,
  lostCall,
  SOME_PROVIDER,
  secondGeneration,
  UNREADABLE_ANSWER,
} from '../answer-writer.ts';
import { findFailure } from '../context-overflow.ts';
import { createBodyReader, createEventReader } from '../read-body.ts';
import { readStrayError } from '../stray-error.ts';
import { createToldSink } from '../told-sink.ts';
import { createGeneration } from './create-generation.ts';
import type { ChatQuirks } from './quirks.ts';
import { readUsage } from './read-usage.ts';

/** What a provider says with its reason when it has failed, where the reason alone does not tell. */
const FAILURES: ReadonlyMap<string, string> = new Map([
  ['error', 'with an error'],
  ['insufficient_system_resource', 'since it ran out of resources'],
]);

const brokenOff = (reason: string): { code: string; message: string } => ({
  code: reason,
  message: `the provider broke off its answer ${FAILURES.get(reason) ?? `(${reason})`}`,
});

const MAX_WORDS = 500;

/** The content of a delta or a message: a text, or parts of which the texts count; some servers write one part bare. */
const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  return objectsOf([content].flat())
    .filter(({ type = 'text' }) => type === 'text' || type === 'output_text')
    .map(({ text }) => wordOf(text ?? ''))
    .join('');
};

/** Whether a delta has a piece of the answer, and not merely its speaker. */
const hasPiece = (message: JsonObject): boolean =>
  textOf(message.content) !== '' ||
  nonEmptyString(message.refusal) !== undefined ||
  nonEmptyString(message.reasoning_content) !== undefined ||
  nonEmptyString(message.reasoning) !== undefined ||
  nonEmptyString(message.reasoning_text) !== undefined ||
  objectsOf(message.reasoning_details).length > 0 ||
  objectsOf(message.tool_calls).length > 0 ||
  isObject(message.function_call) ||
  (Array.isArray(message.content) && message.content.length > 0);

/** The one choice that is asked for; others may come all the same. GitHub Copilot puts text and calls into one each. */
const firstChoices = (choices: unknown): readonly JsonObject[] =>
  objectsOf(choices).filter(({ index }) => (index ?? 0) === 0);

interface CompletionReader {
  /** A completion, or a chunk of one. */
  read(completion: JsonObject): void;
  /** An event that is not JSON. @param isError it is named so */
  hear(words: string, isError: boolean): void;
  /**
   * The provider has said that nothing more comes, or nothing does.
   * @param stray text that was of no event
   */
  end(hasLastWord: boolean, stray?: string): void;
}

interface ReaderOptions extends ChatQuirks {
  /** How messages name the provider. */
  readonly upstream?: string | undefined;
}

const createCompletionReader = (given: AnswerSink, options: ReaderOptions): CompletionReader => {
  const { upstream = SOME_PROVIDER } = options;
  const { sink, hasTold } = createToldSink(given);
  let { thoughts, calls, marked, watch, reason } = createGeneration(sink, options);
  let begun = false;
  let ended = false;
  let hasChoice = false;
  /** Some servers repeat the whole message at the end of a stream. */
  let hasDelta = false;
  let heard = '';
  let counted = false;

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
  const isSameAnswer = (id: unknown, message: JsonObject, ends: boolean): boolean => {
    const sign = {
      id: nonEmptyString(id),
      hasRole: message.role !== undefined,
      tells: hasPiece(message),
      ends,
    };
    if (!watch.see(sign)) return true;
    if (hasTold()) return false;
    ({ thoughts, calls, marked, watch, reason } = createGeneration(sink, options));
    watch.see(sign);
    return true;
  };

  const readChoice = (choice: JsonObject, id: unknown): void => {
    const error = readError(choice.error);
    if (error !== undefined) {
      fail(error);
      return;
    }
    hasChoice = true;
    hasDelta ||= isObject(choice.delta);
    const message = hasDelta ? choice.delta : choice.message;
    const ending = readChoiceReason(choice);
    if (isObject(message)) {
      if (!isSameAnswer(id, message, ending !== undefined)) {
        fail(secondGeneration(upstream));
        return;
      }
      readMessage(message);
    }
    reason = ending ?? reason;
  };

  return {
    read: (completion) => {
      if (ended) return;
      const error = findFailure(completion);
      if (error !== undefined) return fail(error);
      const { id, model } = completion;
      if (!begun) {
        begun = true;
        sink.begin({
          ...(typeof id === 'string' && { id }),
          ...(typeof model === 'string' && model !== '' && { model }),
        });
      }
      for (const choice of firstChoices(completion.choices)) if (!ended) readChoice(choice, id);
      if (ended) return;
      const usage = readUsage(completion);
      if (usage === undefined || (counted && isNoUsage(usage))) return;
      counted = true;
      sink.usage(usage);
    },
    hear: (words, isError) => {
      if (ended || words.trim() === '') return;
      if (isError) return fail({ code: UNREADABLE_ANSWER.code, message: words.slice(0, MAX_WORDS) });
      // What begins as JSON was cut off, or is for nobody to read.
      if (heard === '' && !/^\s*[[{":]/.test(words)) heard = words.slice(0, MAX_WORDS);
    },
    end: (hasLastWord, stray = '') => {
      if (ended) return;
      if (reason === undefined) {
        const error = readStrayError(stray);
        if (error !== undefined) return fail(error);
        if (heard !== '') return fail(brokenOffWith(upstream, heard));
        if (!hasLastWord) return;
        if (!hasChoice) return fail(emptyAnswer(upstream));
      }
      ended = true;
      const ending = reason === undefined ? undefined : readChatEnding(reason);
      if (ending === 'failure') return fail(brokenOff(reason ?? ''));
      const isWhole = marked?.end() !== false || ending === 'length';
      thoughts.end();
      if (!isWhole || !calls.end()) return fail(lostCall(upstream));
      sink.finish(ending === undefined || ending === 'stop' ? (calls.found() ? 'calls' : 'stop') : ending);
    },
  };
};

const readData = (completion: CompletionReader, text: string, isError: boolean): void => {
  const chunk: unknown = [parseJson(text)].flat().find(isObject);
  if (text.startsWith('[DONE]')) completion.end(true);
  else if (isObject(chunk)) completion.read(isError && chunk.error === undefined ? { error: chunk } : chunk);
  else if (!text.includes('\n')) completion.hear(text, isError);
  // Some servers end their events with one line break.
  else for (const line of text.split('\n')) readData(completion, line, isError);
};

/** Reads a stream. Usage may follow the last reason, so that the end is told when the stream tells of it. */
const createStreamReader = (completion: CompletionReader, sink: AnswerSink): AnswerReader =>
  createEventReader(sink, {
    onData: (data, eventName) => readData(completion, decodeEventData(data), eventName === 'error'),
    onEnd: (stray) => completion.end(false, stray),
  });

const createObjectReader = (completion: CompletionReader): AnswerReader =>
  createBodyReader((body) => {
    const object: unknown = [parseJson(body.toString('utf8'))].flat().find(isObject);
    if (isObject(object)) completion.read(object);
    // Some servers give no reason with an answer in one piece.
    const choices = isObject(object) ? firstChoices(object.choices) : [];
    completion.end(choices.some(({ message }) => isObject(message)));
  });

/** Of a 2xx answer of a chat-completions provider. */
export const createReader = (sink: AnswerSink, isStream: boolean, options: ReaderOptions): AnswerReader => {
  const completion = createCompletionReader(sink, options);
  return isStream ? createStreamReader(completion, sink) : createObjectReader(completion);
};
