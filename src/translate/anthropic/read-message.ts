import { isObject, type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import { noteSpeed } from '../../sse/readers/note-tier.ts';
import { noCounts, updateCounts, usageOf } from '../../sse/readers/read-messages-usage.ts';
import type { AnswerSink, FinishReason } from '../answer-sink.ts';
import { lostCall, SOME_PROVIDER, secondGeneration } from '../answer-writer.ts';
import { findFailure } from '../context-overflow.ts';
import { createToldSink } from '../told-sink.ts';
import { type BlockReader, createBlockReader } from './read-block.ts';
import { errorOf } from './read-error.ts';

/** Reads an answer from its events. After the last word, or an error, it reads nothing more. */
export interface MessageReader {
  /** An event of the stream. */
  apply(event: JsonObject): void;
  /**
   * A whole message.
   * @param inputAt the input of the block at an index, as JSON, where it must not be written anew
   */
  read(message: JsonObject, inputAt: (index: number) => string | undefined): void;
  /** No more events come. */
  end(stray?: string): void;
}

const FINISH: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  // A search of the provider's own ran into its limit: the answer is not whole, and only it could go on.
  pause_turn: 'length',
  refusal: 'filter',
};

const refusalOf = (details: unknown): string => {
  const explanation = isObject(details) ? nonEmptyString(details.explanation) : undefined;
  const category = isObject(details) ? nonEmptyString(details.category) : undefined;
  const of = category === undefined ? '' : ` (category: ${category})`;
  return explanation ?? `The provider's safety checks stopped this answer${of}.`;
};

/** Blocks whose start was lost on the way, by their first delta. */
const IMPLIED: Readonly<Record<string, JsonObject>> = {
  text_delta: { type: 'text', text: '' },
  thinking_delta: { type: 'thinking', thinking: '' },
};

/** An error of another API's form. */
const typed = ({ code, message }: { code: string; message: string }): JsonObject => ({ type: code, message });

export const createMessageReader = (given: AnswerSink, upstream = SOME_PROVIDER): MessageReader => {
  const { sink, hasTold } = createToldSink(given);
  const counts = noCounts();
  const tiered: { serviceTier?: string } = {};
  const blocks = new Map<number, BlockReader>();
  const started = new Set<number>();
  const searches = new Map<string, JsonObject>();
  let model = '';
  let stopReason: string | undefined;
  let stopDetails: unknown;
  let isOver = false;
  /** Since the last ping nothing has come: a long thought, or arguments that are held back until they are whole. */
  let isSilent = false;

  const begin = (message: JsonObject): void => {
    const id = nonEmptyString(message.id);
    model = nonEmptyString(message.model) ?? '';
    sink.begin({ ...(id === undefined ? {} : { id }), ...(model === '' ? {} : { model }) });
  };
  const count = (usage: unknown): void => {
    updateCounts(counts, usage);
    if (!isObject(usage)) return;
    noteSpeed(tiered, usage);
    sink.usage({ ...usageOf(counts), ...tiered });
  };
  const startBlock = (index: number, block: unknown): void => {
    if (!isObject(block)) return;
    started.add(index);
    const reader = createBlockReader(block, { sink, model, key: String(index), searches });
    if (reader !== undefined) blocks.set(index, reader);
  };
  const stopBlock = (index: number): void => {
    blocks.get(index)?.stop();
    blocks.delete(index);
  };
  const noteStop = (message: JsonObject): void => {
    stopReason = nonEmptyString(message.stop_reason) ?? stopReason;
    stopDetails = message.stop_details ?? stopDetails;
  };
  const finish = (): void => {
    if (isOver || stopReason === undefined) return;
    isOver = true;
    // Kept from a stream that lacks the stop of a block: its signature may be whole all the same.
    for (const index of blocks.keys()) stopBlock(index);
    const reason = Object.hasOwn(FINISH, stopReason) ? (FINISH[stopReason] ?? 'stop') : 'stop';
    const words = reason === 'filter' ? refusalOf(stopDetails) : undefined;
    if (words !== undefined) sink.refusal(words);
    sink.finish(reason, words);
  };
  const failWith = ({ code, message }: { code: string; message: string }): void => {
    isOver = true;
    sink.fail({ code, message });
  };
  const fail = (error: unknown): void =>
    failWith(errorOf(error) ?? { code: 'api_error', message: 'The provider gives no reason.' });

  const indexOf = ({ index }: JsonObject): number => (typeof index === 'number' ? index : -1);
  const readers: Readonly<Record<string, (event: JsonObject) => void>> = {
    message_start: ({ message }) => {
      if (!isObject(message)) return;
      if (hasTold()) {
        failWith(secondGeneration(upstream));
        return;
      }
      // Where nothing was passed on, what had begun is forgotten.
      blocks.clear();
      started.clear();
      searches.clear();
      begin(message);
      count(message.usage);
    },
    content_block_start: (event) => startBlock(indexOf(event), event.content_block),
    content_block_delta: (event) => {
      const index = indexOf(event);
      if (!isObject(event.delta)) return;
      if (!started.has(index)) {
        const type = wordOf(event.delta.type);
        // Whose arguments these are, nobody can say.
        if (type === 'input_json_delta') {
          failWith(lostCall(upstream));
          return;
        }
        if (Object.hasOwn(IMPLIED, type)) startBlock(index, IMPLIED[type]);
      }
      blocks.get(index)?.delta(event.delta);
    },
    content_block_stop: (event) => stopBlock(indexOf(event)),
    message_delta: ({ delta, usage }) => {
      if (isObject(delta)) noteStop(delta);
      count(usage);
    },
    message_stop: finish,
    ping: () => {
      if (isSilent) sink.alive?.();
    },
    error: ({ error }) => fail(error),
  };

  return {
    apply: (event) => {
      const type = wordOf(event.type);
      if (isOver) return;
      if (Object.hasOwn(readers, type)) readers[type]?.(event);
      else if (isObject(event.error)) fail(event.error);
      else if (event.type === undefined) {
        const error = findFailure(event);
        if (error !== undefined) fail(typed(error));
      }
      isSilent = type === 'ping';
    },
    read: (message, inputAt) => {
      if (message.type === 'error' || (message.content === undefined && isObject(message.error))) {
        fail(message.error);
        return;
      }
      if (message.content === undefined) {
        const error = findFailure(message);
        if (error !== undefined) fail(typed(error));
        return;
      }
      begin(message);
      for (const [index, block] of objectsOf(message.content).entries()) {
        startBlock(index, block);
        const partial_json = inputAt(index);
        if (partial_json !== undefined) blocks.get(index)?.delta({ type: 'input_json_delta', partial_json });
        stopBlock(index);
      }
      count(message.usage);
      noteStop(message);
      finish();
    },
    end: finish,
  };
};
