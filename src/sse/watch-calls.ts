import { isObject, type JsonObject, nonEmptyString, objectsOf, parseJson } from '../base/json-object.ts';
import { MAX_TOOL_CALLS } from './add-tool-name.ts';
import { type Breach, brokenCall, lostCall, repeatedCall, restartedStream } from './breach.ts';
import { isHalfPatch } from './half-patch.ts';

/** Watches the calls of one Responses stream, and notices where the stream does not give them whole. */
export interface CallWatch {
  /** @param number the event's `sequence_number`; to be called for every event, read or not */
  count(number: number | undefined): void;
  /** @returns what is wrong with this event, which must not reach a client then */
  see(event: JsonObject): Breach | undefined;
}

interface BegunCall {
  readonly name: string;
  readonly key: unknown;
  readonly hasId: boolean;
  /** Its deltas, joined; undefined if they are too long to be kept. */
  told: string | undefined;
}

/** The longest arguments that were ever recorded, a patch, have 400,000 characters. */
const MAX_TOLD = 8 * 2 ** 20;

/** The member that says what a call does, by the kinds of items that a client acts on. */
const TEXT_MEMBER: Readonly<Record<string, 'arguments' | 'input'>> = {
  function_call: 'arguments',
  custom_tool_call: 'input',
};

const textOf = (item: JsonObject): string | undefined => {
  const member = TEXT_MEMBER[String(item.type)];
  const text = member === undefined ? undefined : item[member];
  return typeof text === 'string' ? text : undefined;
};
const nameOf = ({ name }: JsonObject): string => nonEmptyString(name) ?? 'a tool';

const isWholeJson = (text: string): boolean => text.trim() === '' || parseJson(text) !== undefined;
const isWholeCall = (item: JsonObject): boolean => {
  if (item.status === 'incomplete') return false;
  const text = textOf(item);
  if (text === undefined) return true;
  return item.type === 'function_call' ? isWholeJson(text) : !isHalfPatch(text);
};

/**
 * Whether the numbers of the events count one by one, and have jumped all the same: an event was lost, doubled or
 * moved. Of providers whose numbers do not count, nothing can be said.
 */
const createJumpWatch = () => {
  let last: number | undefined;
  let counts = false;
  let jumps = false;
  return {
    see: (number: number | undefined): void => {
      if (number === undefined) return;
      if (number === (last ?? Number.NaN) + 1) counts = true;
      else if (last !== undefined) jumps = true;
      last = number;
    },
    hasJumped: () => counts && jumps,
  };
};

/**
 * Clients act on `output_item.done` (Codex), on `….arguments.done`, or on the output of `response.completed`.
 * Each of these is looked at before it is passed on. What a model wrote and what the way has spoiled cannot be told
 * apart there, nor need they: a call that is not whole is of no use to anybody.
 *
 * Deltas that do not add up to their call count only together with a second witness, the numbers of the events:
 * some servers send a call's arguments once more at its end.
 */
export const createCallWatch = (): CallWatch => {
  /** By id, or by place in the output where a call has none. */
  const open = new Map<unknown, BegunCall>();
  /** Of each place, the call that was begun there last. */
  const latestAt = new Map<unknown, BegunCall>();
  const finished = new Map<unknown, string>();
  const numbers = createJumpWatch();
  let begun = 0;
  let ended = 0;
  let hasItems = false;
  let tellsItemsDone = false;

  const placeOf = (event: JsonObject): unknown => event.output_index ?? 0;
  const contradicts = (call: BegunCall | undefined, text: string): boolean =>
    numbers.hasJumped() && call?.told !== undefined && call.told !== '' && call.told !== text;

  const begin = (event: JsonObject, item: JsonObject): Breach | undefined => {
    if (textOf(item) === undefined || open.size >= MAX_TOOL_CALLS) return undefined;
    const id = nonEmptyString(item.call_id);
    if (id !== undefined && open.has(id)) return restartedStream();
    const call = { name: nameOf(item), key: id ?? placeOf(event), hasId: id !== undefined, told: '' };
    begun++;
    open.set(call.key, call);
    latestAt.set(placeOf(event), call);
    return undefined;
  };
  const add = (event: JsonObject): void => {
    const call = latestAt.get(placeOf(event));
    if (call?.told === undefined || typeof event.delta !== 'string') return;
    const told = call.told + event.delta;
    call.told = told.length > MAX_TOLD ? undefined : told;
  };
  const endText = (event: JsonObject, isWhole: (text: string) => boolean): Breach | undefined => {
    const text = event.arguments ?? event.input;
    if (typeof text !== 'string') return undefined;
    const call = latestAt.get(placeOf(event));
    return isWhole(text) && !contradicts(call, text) ? undefined : brokenCall(call?.name ?? nameOf(event));
  };
  const end = (event: JsonObject, item: JsonObject): Breach | undefined => {
    tellsItemsDone = true;
    const text = textOf(item);
    // A model that was cut off says so, and what ends the answer does as well.
    if (text === undefined || item.status === 'incomplete') return undefined;
    const place = placeOf(event);
    const latest = latestAt.get(place);
    if (!isWholeCall(item) || contradicts(latest, text)) return brokenCall(nameOf(item));
    const id = nonEmptyString(item.call_id);
    const whole = `${id ?? ''} ${text}`;
    if (finished.get(place) === whole) return repeatedCall(nameOf(item));
    if (finished.size < MAX_TOOL_CALLS) finished.set(place, whole);
    if (!open.delete(id) && latest) open.delete(latest.key);
    ended++;
    return undefined;
  };
  const complete = (event: JsonObject): Breach | undefined => {
    const output = isObject(event.response) ? objectsOf(event.response.output) : [];
    const calls = output.filter((item) => textOf(item) !== undefined);
    const broken = calls.find((item) => !isWholeCall(item));
    if (broken !== undefined) return brokenCall(nameOf(broken));
    const [lost] = open.values();
    // Without an id, a call may be done in another place than it was begun.
    if (lost && (lost.hasId || ended < begun)) return lostCall(lost.name);
    // Some servers tell of no item before the end.
    const untold = tellsItemsDone ? calls[ended] : undefined;
    return untold && lostCall(nameOf(untold));
  };

  return {
    count: numbers.see,
    see: (event) => {
      const { type } = event;
      const isItem = type === 'response.output_item.added' || type === 'response.output_item.done';
      if (type === 'response.created') return hasItems ? restartedStream() : undefined;
      if (type === 'response.completed') return complete(event);
      if (isItem) {
        hasItems = true;
        if (!isObject(event.item)) return undefined;
        return type.endsWith('done') ? end(event, event.item) : begin(event, event.item);
      } else if (typeof type !== 'string') return undefined;
      else if (type.endsWith('.delta')) add(event);
      else if (type === 'response.function_call_arguments.done') return endText(event, isWholeJson);
      else if (type === 'response.custom_tool_call_input.done') {
        return endText(event, (text) => !isHalfPatch(text));
      }
      return undefined;
    },
  };
};
