import { isObject, type JsonObject, nonEmptyString, objectsOf, parseJson } from '../../base/json-object.ts';
import { addToolName } from '../add-tool-name.ts';
import type { AnswerSummary } from '../answer-summary.ts';
import { type Breach, restartedStream } from '../breach.ts';
import { createGenerationWatch } from '../generation-watch.ts';
import { noteHead } from '../note-head.ts';
import { createChatWatch } from '../watch-chat.ts';
import type { AnswerReader } from './answer-reader.ts';
import { type ChatEnding, readChatEnding, readChoiceReason } from './chat-ending.ts';
import { addSearchOfModel } from './count-searches.ts';
import { findError } from './find-error.ts';
import { noteTier } from './note-tier.ts';
import { readError } from './read-error.ts';
import { isNoUsage, readStatedCost, readUsage, tierOfUsage, usageMember } from './read-usage.ts';

type Finish = NonNullable<AnswerSummary['finish']>;

// Chunks that say more than the next piece of text. None of these can match inside of a model's text, where
// every quotation mark has a backslash before it.
const TELLING =
  /"(?:finish_reason"\s*:\s*"|usage"\s*:\s*\{|name"|(?:tool_calls|function_call)"\s*:\s*[^n\s]|error"\s*:\s*[^n\s]|index"\s*:\s*[1-9]|(?:message|msg|detail)"\s*:\s*"|base_resp")/;
const FIRST_ID = /^\{\s*"id"\s*:\s*"([^"\\]+)"/;
const ROLE = /"role"\s*:\s*"/;
const ENDS = /"finish_reason"\s*:\s*"/;
const PIECE =
  /"(?:content|refusal|reasoning|reasoning_content|reasoning_text|arguments|name)"\s*:\s*(?:"[^"]|[{[])/;
// Azure's first chunk has no model yet; a provider that never names one must not cost a parse a chunk.
const CHUNKS_TO_LOOK_FOR_THE_MODEL = 8;

/** Nobody asks for more choices at once; each is looked at again with every chunk. */
const MAX_CHOICES = 128;
const WEIGHT: Readonly<Record<Finish, number>> = { completed: 0, incomplete: 1, failed: 2 };

const FINISH: Readonly<Record<ChatEnding, Finish>> = {
  stop: 'completed',
  calls: 'completed',
  length: 'incomplete',
  filter: 'incomplete',
  failure: 'failed',
};
const indexOf = (object: JsonObject, fallback: number): number =>
  typeof object.index === 'number' ? object.index : fallback;

/** The name that a tool call, or a delta of one, gives: `function`, or `custom`. */
const calledName = (call: JsonObject): string | undefined => {
  const called = call.function ?? call.custom;
  return isObject(called) ? nonEmptyString(called.name) : undefined;
};

/**
 * Takes over what a chat completion, or a chunk of one, says. Choices keep their place by `index`.
 * @param ended by choice, whether it has said how it ended
 * @param toolNames by choice and call, the place of its name in the summary
 */
const readCompletion = (
  summary: AnswerSummary,
  completion: JsonObject,
  ended: Map<number, boolean>,
  toolNames: Map<string, number>,
): void => {
  noteHead(summary, completion);
  const usage = readUsage(usageMember(completion));
  if (usage !== undefined && !(summary.usage && isNoUsage(usage))) {
    summary.usage = addSearchOfModel(usage, summary.model);
  }
  noteTier(summary, completion.service_tier ?? tierOfUsage(usageMember(completion)));
  const statedCostUsd = readStatedCost(usageMember(completion));
  if (statedCostUsd !== undefined) summary.statedCostUsd = statedCostUsd;

  for (const [place, choice] of objectsOf(completion.choices).entries()) {
    const index = indexOf(choice, place);
    const message = choice.delta ?? choice.message;
    if (isObject(message)) readToolNames(summary, toolNames, index, message);
    const reason = readChoiceReason(choice);
    if (ended.size < MAX_CHOICES || ended.has(index)) {
      ended.set(index, reason !== undefined || ended.get(index) === true);
    }
    if (reason === undefined) continue;
    const finish = FINISH[readChatEnding(reason)];
    if (WEIGHT[finish] >= WEIGHT[summary.finish ?? 'completed']) summary.finish = finish;
  }

  const failed = objectsOf(completion.choices).find((choice) => choice.error !== undefined);
  const error = findError(completion) ?? readError(failed?.error);
  if (error !== undefined) {
    summary.finish = 'failed';
    summary.error = { code: error.code, message: error.message };
  }
};

const readToolNames = (
  summary: AnswerSummary,
  toolNames: Map<string, number>,
  choice: number,
  message: JsonObject,
): void => {
  for (const [place, call] of objectsOf(message.tool_calls).entries()) {
    const name = calledName(call);
    if (name !== undefined) addToolName(summary, toolNames, `${choice}/${indexOf(call, place)}`, name);
  }
  const legacyCall = isObject(message.function_call) ? nonEmptyString(message.function_call.name) : undefined;
  if (legacyCall !== undefined) addToolName(summary, toolNames, `${choice}/function_call`, legacyCall);
};

/** Reads a chat completion that came as one object. */
export const readChatObject = (summary: AnswerSummary, completion: JsonObject): void =>
  readCompletion(summary, completion, new Map(), new Map());

/**
 * Reads a chat-completions stream. It has ended with `[DONE]`, with an error, or when every choice has said
 * its `finish_reason` (not every provider sends `[DONE]`); usage may still follow the last reason.
 */
export const createChatReader = (): AnswerReader => {
  const summary: AnswerSummary = { toolCalls: [] };
  const ended = new Map<number, boolean>();
  const toolNames = new Map<string, number>();
  const generation = createGenerationWatch();
  const calls = createChatWatch();
  let chunks = 0;
  let done = false;

  const breakWith = (breach: Breach | undefined): void => {
    reader.breach ??= breach;
    if (reader.breach !== undefined) reader.terminal = false;
  };
  /** The calls are looked at when nothing more can come to them. */
  const end = (): void => {
    if (!done && reader.breach === undefined) breakWith(calls.end());
    done = true;
  };
  const readFailure = (text: string): void => {
    const error = findError(parseJson(text)) ?? readError(text);
    summary.finish = 'failed';
    if (error !== undefined) summary.error = { code: error.code, message: error.message };
    done = true;
    reader.terminal = true;
  };
  const readChunk = (data: string, decode: (data: string) => string): boolean => {
    chunks++;
    const [id, hasRole, tells] = [FIRST_ID.exec(data)?.[1], ROLE.test(data), PIECE.test(data)];
    if (generation.see({ id, hasRole, tells, ends: ENDS.test(data) })) {
      summary.isSpliced = true;
      breakWith(restartedStream());
      return true;
    }
    const looksForModel = summary.model === undefined && chunks <= CHUNKS_TO_LOOK_FOR_THE_MODEL;
    if (!looksForModel && !TELLING.test(data)) return true;
    const chunk = parseJson(decode(data));
    if (!isObject(chunk)) return false;
    readCompletion(summary, chunk, ended, toolNames);
    calls.see(chunk);
    done = summary.error !== undefined;
    reader.terminal = done || (ended.size > 0 && ![...ended.values()].includes(false));
    return true;
  };

  const reader = {
    summary,
    terminal: false as boolean,
    breach: undefined as Breach | undefined,
    end,
    apply: (eventName: string | undefined, data: string, decode: (data: string) => string) => {
      if (done) return true;
      if (eventName === 'error') {
        readFailure(decode(data));
        return true;
      }
      if (!data.startsWith('[DONE]')) return readChunk(data, decode);
      end();
      reader.terminal = reader.breach === undefined;
      summary.finish ??= 'completed';
      return true;
    },
  } satisfies AnswerReader;
  return reader;
};
