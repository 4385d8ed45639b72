import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';
import { createObjectExtent, type ObjectExtent } from '../../json/object-extent.ts';
import type { AnswerSink } from '../answer-sink.ts';
import { type CallExtras, createCallState } from './call-extras.ts';
import { continuedName } from './continued-name.ts';
import { parseFoldedName } from './marked/parse-left-calls.ts';
import { type CallDelta, callsOf, deltaOf } from './read-call-delta.ts';

/** Calls of an answer, as its deltas (or its message) report them. */
export interface CallReader {
  read(delta: JsonObject): void;
  /** Signals the end of input. @returns false if there are arguments that belong to no call */
  end(): boolean;
  /** Whether the answer has a call. */
  found(): boolean;
}

/** A call as far as it has been heard. */
interface HeardCall {
  readonly key: string;
  readonly index: number | undefined;
  callId: string | undefined;
  /** Later deltas of the same call have brought other ids. */
  idsVary: boolean;
  name: string | undefined;
  /** All arguments until now. */
  json: string;
  extent: ObjectExtent;
  /** How many characters of `json` the sink has been given. */
  passedOn: number;
  begun: boolean;
  /** What its provider wants back with it. */
  extras: CallExtras | undefined;
}

/**
 * Longer arguments are neither blank nor a placeholder. They are not looked into: the text of a call that
 * still grows is in pieces, and to look into it at each delta would join them each time.
 */
const MAX_PLACEHOLDER = 64;
const isBlank = (json: string): boolean => json.length <= MAX_PLACEHOLDER && json.trim() === '';
/** Some servers open a call with `{}` or `null` and send its arguments afterwards. */
const isPlaceholder = (json: string): boolean =>
  json.length <= MAX_PLACEHOLDER && /^\s*(?:\{\s*\}|null)\s*$/.test(json);
/** Arguments that were written as JSON twice come as a text, and none at all may become `null`. */
const isHeld = (json: string): boolean => json.startsWith('"') || 'null'.startsWith(json);

/** The arguments as an object, where they were written as a text or as nothing. */
const unquoted = (json: string): string => {
  if (isPlaceholder(json)) return '{}';
  const text = isHeld(json) ? parseJson(json) : undefined;
  return typeof text === 'string' && isObject(parseJson(text)) ? text : json;
};

const extentOf = (json: string): ObjectExtent => {
  const extent = createObjectExtent();
  extent.push(json);
  return extent;
};

/**
 * Assigns each delta to its call. Servers differ: some send no index, or the same one for all calls of an
 * answer; some repeat id and name in every delta, or make up a new id for each; some send a name in pieces,
 * some a whole call at once. What they have in common:
 *
 * - A delta without a name continues a call: the one with its index, else the one with its id, else the last.
 * - A delta with a name begins a call where the call it could continue has all its arguments.
 */
export const createCallReader = (sink: AnswerSink): CallReader => {
  const all: HeardCall[] = [];
  /** How many of them have begun, or are passed over. */
  let settled = 0;
  /** How many the client has been told of. */
  let told = 0;
  const byId = new Map<string, HeardCall>();
  /** The call that an index currently refers to. */
  const indexed = new Map<number, HeardCall>();
  /** The calls of the last list, by their place in it. */
  let lastList: readonly HeardCall[] = [];

  /** Some servers leave the arguments in the name. */
  const unfolded = (delta: CallDelta): CallDelta => {
    const folded = parseFoldedName(delta.name ?? '', sink);
    if (folded === undefined) return delta;
    const hasOwn = !isBlank(delta.json) && !isPlaceholder(delta.json);
    return { ...delta, name: folded.name, json: hasOwn ? delta.json : folded.json };
  };

  /** The call that a delta can belong to, if it begins none. */
  const candidateFor = ({ index, callId, name }: CallDelta, place: number, isList: boolean) => {
    const known = callId === undefined ? undefined : byId.get(callId);
    const isSamePlace = index === undefined || known?.index === undefined || known.index === index;
    if (known !== undefined && isSamePlace) return known;
    // A nameless delta with an unknown index waits for its name, which may come late.
    if (index !== undefined) return indexed.get(index);
    if (isList) return lastList[place] ?? (name === undefined ? all.at(-1) : undefined);
    return all.at(-1);
  };

  /** Whether a delta with a name begins a call beside the one that it could continue. */
  const beginsAnother = (call: HeardCall, { index, callId, name, json }: CallDelta): boolean => {
    if (name === undefined || call.name === undefined) return false;
    const hasSameId = callId !== undefined && callId === call.callId;
    const hasOtherId = callId !== undefined && call.callId !== undefined && !hasSameId && !call.idsVary;
    if (call.extent.isWhole() && !(isPlaceholder(call.json) && hasSameId)) {
      return hasSameId ? !isBlank(json) && json !== call.json : true;
    }
    if (index === undefined && hasOtherId) return true;
    if (name === call.name) return false;
    if (hasOtherId || !isBlank(call.json)) return true;
    return continuedName(call.name, name, sink.isDeclared) === undefined;
  };

  const open = ({ index, callId }: CallDelta): HeardCall => {
    const key = String(all.length);
    const extent = createObjectExtent();
    const call: HeardCall = {
      key,
      index,
      callId,
      idsVary: false,
      name: undefined,
      json: '',
      extent,
      passedOn: 0,
      begun: false,
      extras: undefined,
    };
    all.push(call);
    return call;
  };

  /** A server that repeats the name once more after the arguments means no further call. */
  const isEcho = (call: HeardCall): boolean => {
    const before = all[Number(call.key) - 1];
    if (before === undefined || !isBlank(call.json) || !before.extent.isWhole()) return false;
    const isAlike = before.name === call.name && before.index === call.index;
    return isAlike && (call.callId === undefined || before.idsVary);
  };

  const begin = (call: HeardCall): void => {
    const { key, callId, name } = call;
    if (call.begun || name === undefined) return;
    call.begun = true;
    if (call.extras !== undefined) sink.reasoningState(createCallState(told, call.extras));
    told++;
    sink.callBegin(key, { name, ...(callId !== undefined && { callId }) });
  };
  /** Calls begin in order, even if the arguments of a later one arrive first. */
  const beginUpTo = (last: HeardCall): void => {
    for (; settled < Number(last.key); settled++) {
      const call = all[settled];
      if (call !== undefined && !isEcho(call)) begin(call);
    }
    begin(last);
  };

  /** @param latest the end of the call's arguments, which mostly is all that has not been passed on */
  const passOn = (call: HeardCall, latest = ''): void => {
    beginUpTo(call);
    const missing = call.json.length - call.passedOn;
    const more = missing === latest.length ? latest : call.json.slice(call.passedOn);
    call.passedOn = call.json.length;
    if (call.begun && more !== '') sink.callArguments(call.key, more);
  };

  const addArguments = (call: HeardCall, json: string): void => {
    if (isBlank(json) && isBlank(call.json)) return;
    if (isPlaceholder(call.json) && call.passedOn === 0 && !isBlank(json)) {
      call.json = '';
      call.extent = createObjectExtent();
    } else if (json === call.json && call.extent.isWhole()) {
      // The whole call once more, as some servers send it at the end.
      return;
    }
    call.json += json;
    call.extent.push(json);
    if (call.name !== undefined && !isPlaceholder(call.json) && !isHeld(call.json)) passOn(call, json);
  };

  const readCall = (delta: CallDelta, place: number, isList: boolean): HeardCall => {
    const candidate = candidateFor(delta, place, isList);
    const call = candidate && !beginsAnother(candidate, delta) ? candidate : open(delta);
    const { index, callId, name, json, extras } = delta;
    call.extras ??= extras;
    if (index !== undefined) indexed.set(index, call);
    if (callId !== undefined) {
      byId.set(callId, call);
      if (call.callId !== undefined && call.callId !== callId) call.idsVary = true;
      call.callId ??= callId;
    }
    if (name !== undefined && !call.begun) {
      call.name = continuedName(call.name ?? '', name, sink.isDeclared) ?? name;
    }
    addArguments(call, json);
    return call;
  };

  /** Arguments whose name never came, after a call: they are its own where they make it whole. */
  const adopt = (call: HeardCall, orphans: string): boolean => {
    const begun = isPlaceholder(call.json) ? '' : call.json;
    if (!extentOf(begun + orphans).isWhole()) return false;
    addArguments(call, orphans);
    return true;
  };

  return {
    read: (delta) => {
      const list = callsOf(delta);
      if (list.length === 0) return;
      lastList = list.map((call, place) => readCall(unfolded(deltaOf(call)), place, list.length > 1));
    },
    end: () => {
      let last: HeardCall | undefined;
      let orphans = '';
      const settle = (): boolean => {
        const isAssigned =
          isBlank(orphans) || isPlaceholder(orphans) || (last !== undefined && adopt(last, orphans));
        if (last !== undefined && (last.begun || !isEcho(last))) {
          if (last.passedOn === 0) last.json = unquoted(last.json);
          passOn(last);
        }
        orphans = '';
        return isAssigned;
      };
      for (const call of all) {
        if (call.name === undefined) orphans += call.json;
        else if (settle()) last = call;
        else return false;
      }
      return settle();
    },
    found: () => all.some(({ name }) => name !== undefined),
  };
};
