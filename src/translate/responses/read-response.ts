import { isObject, type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import { addSearches, createSearchCounter } from '../../sse/readers/count-searches.ts';
import { readTier } from '../../sse/readers/note-tier.ts';
import { readError } from '../../sse/readers/read-error.ts';
import { readUsage } from '../../sse/readers/read-usage.ts';
import type { AnswerSink } from '../answer-sink.ts';
import { SOME_PROVIDER, secondGeneration } from '../answer-writer.ts';
import { findFailure } from '../context-overflow.ts';
import { createToldSink } from '../told-sink.ts';
import { createItemReader, type OutputItemReader } from './read-output-item.ts';

/** Reads an answer from its events. After the last word, or an error, it reads nothing more. */
export interface ResponseReader {
  /** An event of the stream. */
  apply(event: JsonObject): void;
  /** A response that came as one object. */
  read(response: JsonObject): void;
  /** No more events come. */
  end(): void;
}

const NO_CAUSE = { code: 'server_error', message: 'The provider gives no reason.' };

/** By the end of an event's type: which part of an item goes on. */
const DELTAS: Readonly<Record<string, Parameters<OutputItemReader['add']>[0]>> = {
  'response.output_text.delta': 'text',
  'response.refusal.delta': 'refusal',
  'response.reasoning_summary_text.delta': 'reasoning',
  'response.reasoning_text.delta': 'reasoning',
  'response.function_call_arguments.delta': 'arguments',
};

/** Whether another item stands at the place of one that has ended, as intermediaries count that know one place alone. */
const isOther = (ended: JsonObject, item: JsonObject): boolean => {
  if (ended.type !== item.type) return true;
  const name = ended.type === 'function_call' ? 'call_id' : 'id';
  const [before, now] = [nonEmptyString(ended[name]), nonEmptyString(item[name])];
  return before !== undefined && now !== undefined && before !== now;
};

const placeOf = ({ output_index: place }: JsonObject): number => (typeof place === 'number' ? place : -1);

export const createResponseReader = (given: AnswerSink, upstream = SOME_PROVIDER): ResponseReader => {
  const { sink, hasTold } = createToldSink(given);
  const items = new Map<number, OutputItemReader>();
  /** By their places, as they were in the end. */
  const ended = new Map<number, JsonObject>();
  let opened = 0;
  /** Places say nothing: several items had the same one. */
  let placesRecur = false;
  let searches = createSearchCounter();
  let id: string | undefined;
  let calls = 0;
  let isOver = false;
  /** Told where nothing else ends the stream: OpenAI sends `response.failed` behind it. */
  let lastError: ReturnType<typeof readError>;

  const fail = (error: ReturnType<typeof readError>): void => {
    if (isOver) return;
    isOver = true;
    const { code, message } = error ?? NO_CAUSE;
    sink.fail({ code, message });
  };
  const begin = (response: JsonObject): void => {
    const named = nonEmptyString(response.id);
    if (id !== undefined && named !== undefined && named !== id) {
      if (hasTold()) {
        fail(secondGeneration(upstream));
        return;
      }
      searches = createSearchCounter();
      items.clear();
      ended.clear();
      calls = 0;
    }
    id = named ?? id;
    const model = nonEmptyString(response.model);
    sink.begin({ ...(named !== undefined && { id: named }), ...(model !== undefined && { model }) });
  };
  const open = (place: number, item: JsonObject): OutputItemReader | undefined => {
    const known = items.get(place);
    if (known !== undefined || ended.has(place)) return known;
    if (item.type === 'function_call') calls++;
    const reader = createItemReader(item, String(opened++), sink);
    if (reader !== undefined) items.set(place, reader);
    return reader;
  };
  const endItem = (place: number, item: JsonObject): void => {
    if (ended.has(place)) return;
    searches.see(place, item);
    open(place, item)?.end(item);
    items.delete(place);
    ended.set(place, item);
  };
  /** Makes room for an item of a stream where another one has ended. */
  const free = (place: number, item: JsonObject): void => {
    const before = ended.get(place);
    if (before === undefined || !isOther(before, item)) return;
    ended.delete(place);
    placesRecur = true;
  };
  const finish = (response: JsonObject): void => {
    const usage = readUsage(response.usage);
    const tell = (): void => {
      if (usage === undefined) return;
      const serviceTier = readTier(response.service_tier);
      sink.usage({
        ...addSearches(usage, searches.counts(), response.tools),
        ...(serviceTier !== undefined && { serviceTier }),
      });
    };
    if (isOver || response.status === 'failed' || response.status === 'cancelled') {
      tell();
      fail(readError(response.error));
      return;
    }
    // An item without its end: ChatGPT's backend tells of the whole output here.
    if (!placesRecur) for (const [place, item] of objectsOf(response.output).entries()) endItem(place, item);
    tell();
    isOver = true;
    const { incomplete_details: details } = response;
    if (response.status !== 'incomplete') {
      sink.finish(calls > 0 ? 'calls' : 'stop');
      return;
    }
    const isFiltered = isObject(details) && details.reason === 'content_filter';
    sink.finish(isFiltered ? 'filter' : 'length');
  };

  return {
    apply: (event) => {
      if (isOver) return;
      const type = wordOf(event.type ?? '');
      const kind = Object.hasOwn(DELTAS, type) ? DELTAS[type] : undefined;
      const reader = items.get(placeOf(event));
      if (kind !== undefined) reader?.add(kind, nonEmptyString(event.delta) ?? '');
      else if (type === 'response.reasoning_summary_part.added') reader?.partBegins();
      else if (type === 'response.created' && isObject(event.response)) begin(event.response);
      else if (type === 'response.output_item.added' && isObject(event.item)) {
        free(placeOf(event), event.item);
        open(placeOf(event), event.item);
      } else if (type === 'response.output_item.done' && isObject(event.item)) {
        free(placeOf(event), event.item);
        endItem(placeOf(event), event.item);
      } else if (/^response\.(?:completed|incomplete|failed)$/.test(type) && isObject(event.response)) {
        finish({ ...event.response, status: type.slice('response.'.length) });
      } else if (type === 'error' || (type === '' && isObject(event.error))) {
        lastError = readError(event.error) ?? readError(event);
      } else if (type === 'keepalive') sink.alive?.();
    },
    read: (response) => {
      const error = readError(response.error);
      if (error !== undefined && response.status === undefined) return fail(error);
      if (!Array.isArray(response.output)) {
        const bare = findFailure(response);
        if (bare !== undefined) fail(bare);
        return;
      }
      begin(response);
      finish(response);
    },
    end: () => {
      if (lastError !== undefined) fail(lastError);
    },
  };
};
