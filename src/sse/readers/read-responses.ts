import { isObject, type JsonObject, objectsOf, parseJson } from '../../base/json-object.ts';
import { addToolName } from '../add-tool-name.ts';
import type { AnswerSummary } from '../answer-summary.ts';
import { type Breach, brokenEvent } from '../breach.ts';
import { noteHead } from '../note-head.ts';
import { createScriptReader } from '../script/called-tools.ts';
import { toolNameOf } from '../tool-name.ts';
import { createCallWatch } from '../watch-calls.ts';
import type { AnswerReader } from './answer-reader.ts';
import { addSearches, createSearchCounter } from './count-searches.ts';
import { noteTier } from './note-tier.ts';
import { readError } from './read-error.ts';
import { readSequenceNumber } from './read-sequence-number.ts';
import { readStatedCost, readUsage, tierOfUsage } from './read-usage.ts';

// The events that say something about the answer as a whole. All others (deltas, parts) are not parsed.
const TELLING_NAME =
  /^(?:response\.(?:created|completed|incomplete|failed|output_item\.(?:added|done))|error)$/;
const TELLING_FIRST =
  /^\{\s*(?:"sequence_number"\s*:\s*\d+\s*,\s*)?"type"\s*:\s*"(?:response\.(?:created|completed|incomplete|failed|output_item\.(?:added|done))|error)"/;
const OTHER_FIRST =
  /^\{\s*(?:"sequence_number"\s*:\s*\d+\s*,\s*)?"type"\s*:\s*"(?!(?:response\.(?:created|completed|incomplete|failed|output_item\.(?:added|done))|error)")response\./;

/** Pieces of calls, which say nothing about the answer, but must add up. */
const PIECE_NAME = /^response\.(?:function_call_arguments|custom_tool_call_input)\.(?:delta|done)$/;
const PIECE_FIRST =
  /^\{\s*(?:"sequence_number"\s*:\s*\d+\s*,\s*)?"type"\s*:\s*"response\.(?:function_call_arguments|custom_tool_call_input)\.(?:delta|done)"/;

const FINISHES: ReadonlyMap<unknown, NonNullable<AnswerSummary['finish']>> = new Map([
  ['completed', 'completed'],
  ['incomplete', 'incomplete'],
  ['cancelled', 'incomplete'],
  ['failed', 'failed'],
]);

/**
 * Clients go by the type inside the data and not by the event's name, so that decides here too. The name
 * is believed only where the type does not stand at the front, to save parsing every delta of a provider
 * that sorts its keys.
 */
const isTelling = (eventName: string | undefined, data: string): boolean => {
  if (OTHER_FIRST.test(data)) return false;
  if (eventName?.startsWith('response.') && !TELLING_NAME.test(eventName)) return TELLING_FIRST.test(data);
  return true;
};

const isCallPiece = (eventName: string | undefined, data: string): boolean =>
  PIECE_FIRST.test(data) || (eventName !== undefined && PIECE_NAME.test(eventName));

/**
 * Takes over what a response object says.
 * @param finish the event that brought it; without one, its status counts
 * @param searches those that events before it have told of
 */
export const readResponseObject = (
  summary: AnswerSummary,
  response: JsonObject,
  finish?: string,
  searches?: Pick<ReturnType<typeof createSearchCounter>, 'counts' | 'chargedApart'>,
): void => {
  noteHead(summary, response);
  const ended = FINISHES.get(finish ?? response.status);
  if (ended !== undefined) summary.finish = ended;
  const usage = readUsage(response.usage);
  const items = objectsOf(response.output);
  if (usage !== undefined) {
    const output = createSearchCounter();
    for (const [place, item] of items.entries()) output.see(place, item);
    const [own, told] = [output.counts(), searches?.counts()];
    const counts = { web: Math.max(own.web, told?.web ?? 0), file: Math.max(own.file, told?.file ?? 0) };
    summary.usage = addSearches(usage, counts, response.tools);
    const apart = new Set([...output.chargedApart(), ...(searches?.chargedApart() ?? [])]);
    if (apart.size > 0) summary.chargedApart = [...apart];
  }
  noteTier(summary, response.service_tier ?? tierOfUsage(response.usage));
  const statedCostUsd = readStatedCost(response.usage);
  if (statedCostUsd !== undefined) summary.statedCostUsd = statedCostUsd;
  const error = readError(response.error);
  if (error !== undefined) summary.error = error;
  // ChatGPT's backend leaves the output of a finished response empty: the item events know more then.
  const toolCalls = items.flatMap((item) => toolNameOf(item) ?? []);
  if (toolCalls.length < summary.toolCalls.length) return;
  summary.toolCalls = toolCalls;
  const scripts = createScriptReader();
  for (const item of items) scripts.read(item);
  if (scripts.called.length > 0) summary.scriptCalls = scripts.called;
};

/**
 * Reads a Responses stream. The first terminal event counts, as it does for clients, and nothing after it.
 * An `error` event is no terminal one: Codex ignores it, and OpenAI sends `response.failed` after it.
 * Nothing is read after an event that breaks the grammar: `breach` says what is wrong with it.
 */
export const createResponsesReader = (): AnswerReader => {
  const summary: AnswerSummary = { toolCalls: [] };
  /** By place in the output; an item is told of twice, when it begins and when it is whole. */
  const toolNames = new Map<unknown, number>();
  const scripts = createScriptReader();
  const calls = createCallWatch();
  const searches = createSearchCounter();

  const readItem = (event: JsonObject): void => {
    if (!isObject(event.item)) return;
    const name = toolNameOf(event.item);
    if (name === undefined) return;
    const place = event.output_index ?? event.item.id ?? toolNames.size;
    addToolName(summary, toolNames, place, name);
    if (event.type !== 'response.output_item.done') return;
    searches.see(place, event.item);
    scripts.read(event.item);
    if (scripts.called.length > 0) summary.scriptCalls = scripts.called;
  };

  const read = (event: JsonObject): void => {
    const type = event.type;
    if (type === 'response.output_item.added' || type === 'response.output_item.done') {
      readItem(event);
    } else if (
      type === 'response.completed' ||
      type === 'response.incomplete' ||
      type === 'response.failed'
    ) {
      reader.terminal = true;
      const finish = type.slice('response.'.length);
      readResponseObject(summary, isObject(event.response) ? event.response : {}, finish, searches);
    } else if (type === 'error' || (type === undefined && readError(event.error) !== undefined)) {
      summary.finish = 'failed';
      summary.error = readError(event.error) ?? readError(event) ?? { code: 'unknown', message: 'unknown' };
    } else if (isObject(event.response)) {
      const { id } = event.response;
      const isOther = typeof id === 'string' && summary.responseId !== undefined && summary.responseId !== id;
      if (type === 'response.created' && isOther) summary.isSpliced = true;
      readResponseObject(summary, event.response);
    }
  };

  const reader = {
    summary,
    terminal: false as boolean,
    breach: undefined as Breach | undefined,
    apply: (eventName: string | undefined, data: string, decode: (data: string) => string) => {
      if (reader.terminal || reader.breach !== undefined || data.startsWith('[DONE]')) return true;
      calls.count(readSequenceNumber(data));
      const tells = isTelling(eventName, data);
      if (!tells && !isCallPiece(eventName, data)) return true;
      const event = parseJson(decode(data));
      if (!isObject(event)) {
        // Clients pass over what they cannot read, and would take the answer for whole without it.
        if (!tells || TELLING_FIRST.test(data)) reader.breach = brokenEvent();
        return false;
      }
      reader.breach = calls.see(event);
      if (tells && reader.breach === undefined) read(event);
      return true;
    },
  } satisfies AnswerReader;
  return reader;
};
