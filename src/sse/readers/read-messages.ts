import { isObject, type JsonObject, nonEmptyString, objectsOf, parseJson } from '../../base/json-object.ts';
import { MAX_TOOL_CALLS } from '../add-tool-name.ts';
import type { AnswerSummary } from '../answer-summary.ts';
import type { Breach } from '../breach.ts';
import { noteHead } from '../note-head.ts';
import { createBlockWatch } from '../watch-blocks.ts';
import type { AnswerReader } from './answer-reader.ts';
import { noteSpeed } from './note-tier.ts';
import { readError } from './read-error.ts';
import { noCounts, updateCounts, usageOf } from './read-messages-usage.ts';
import { readStatedCost } from './read-usage.ts';

// All that a stream consists of, but for a few events, and none of it says anything of the answer as a whole.
const OTHER = /^\{\s*"type"\s*:\s*"(?:content_block_(?:delta|stop)|ping)"/;
const BLOCK_STOP = /^\{\s*"type"\s*:\s*"content_block_stop"/;

const INCOMPLETE = new Set(['max_tokens', 'model_context_window_exceeded', 'refusal']);

const finishOf = (stopReason: unknown): AnswerSummary['finish'] => {
  if (typeof stopReason !== 'string') return undefined;
  return INCOMPLETE.has(stopReason) ? 'incomplete' : 'completed';
};

/** `tool_use`, and what the provider runs itself: `server_tool_use`, `mcp_tool_use`. */
const calledName = (block: unknown): string | undefined =>
  isObject(block) && typeof block.type === 'string' && block.type.endsWith('tool_use')
    ? nonEmptyString(block.name)
    : undefined;

/** Anthropic states none; OpenRouter, which has the same API, does. */
const readCost = (summary: AnswerSummary, usage: unknown): void => {
  const statedCostUsd = readStatedCost(usage);
  if (statedCostUsd !== undefined) summary.statedCostUsd = statedCostUsd;
};

/** Takes over what a message says that came as one object. */
export const readMessageObject = (summary: AnswerSummary, message: JsonObject): void => {
  if (message.type !== 'message') return;
  noteHead(summary, message);
  const counts = noCounts();
  updateCounts(counts, message.usage);
  if (isObject(message.usage)) {
    summary.usage = usageOf(counts);
    noteSpeed(summary, message.usage);
  }
  readCost(summary, message.usage);
  summary.toolCalls = objectsOf(message.content).flatMap((block) => calledName(block) ?? []);
  summary.finish = finishOf(message.stop_reason) ?? 'completed';
};

/**
 * Reads a stream of Anthropic's Messages API. It has ended with `message_stop`, or with an error. Nothing is read
 * after an event that breaks the grammar: `breach` says what is wrong with it.
 */
export const createMessagesReader = (): AnswerReader => {
  const summary: AnswerSummary = { toolCalls: [] };
  const counts = noCounts();
  const blocks = createBlockWatch();

  const readUsage = (usage: unknown): void => {
    if (!isObject(usage)) return;
    updateCounts(counts, usage);
    summary.usage = usageOf(counts);
    noteSpeed(summary, usage);
    readCost(summary, usage);
  };
  const read = (event: JsonObject): void => {
    switch (event.type) {
      case 'message_start':
        if (!isObject(event.message)) return;
        noteHead(summary, event.message);
        readUsage(event.message.usage);
        return;
      case 'content_block_start': {
        const name = calledName(event.content_block);
        if (name !== undefined && summary.toolCalls.length < MAX_TOOL_CALLS) summary.toolCalls.push(name);
        return;
      }
      case 'message_delta': {
        const finish = isObject(event.delta) ? finishOf(event.delta.stop_reason) : undefined;
        if (finish !== undefined) summary.finish = finish;
        readUsage(event.usage);
        return;
      }
      case 'message_stop':
        reader.terminal = true;
        summary.finish ??= 'completed';
        return;
      case 'error':
        reader.terminal = true;
        summary.finish = 'failed';
        summary.error = readError(event.error) ?? { code: 'unknown', message: 'unknown' };
        return;
    }
  };

  const reader = {
    summary,
    terminal: false as boolean,
    breach: undefined as Breach | undefined,
    apply: (_eventName: string | undefined, data: string, decode: (data: string) => string) => {
      if (reader.terminal || reader.breach !== undefined) return true;
      if (OTHER.test(data) && !(blocks.hasOpenCalls() && BLOCK_STOP.test(data))) return true;
      const event = parseJson(decode(data));
      if (!isObject(event)) return false;
      reader.breach = blocks.see(event);
      if (reader.breach === undefined) read(event);
      return true;
    },
  } satisfies AnswerReader;
  return reader;
};
