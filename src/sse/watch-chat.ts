import { isObject, type JsonObject, nonEmptyString, objectsOf } from '../base/json-object.ts';
import { MAX_TOOL_CALLS } from './add-tool-name.ts';
import { type Breach, brokenCall, lostCall, repeatedCall } from './breach.ts';
import { isHalfPatch } from './half-patch.ts';
import { readChatEnding, readFinishReason } from './readers/chat-ending.ts';
import { countWholeObjects } from './whole-objects.ts';

/** Watches the calls of one chat-completions stream. */
export interface ChatWatch {
  see(chunk: JsonObject): void;
  /** No more chunks come. @returns what is wrong with the calls, which must not be told as whole then */
  end(): Breach | undefined;
}

/** What has come at one index, put together as OpenAI's client does. */
interface HeardCall {
  name: string | undefined;
  text: string;
  readonly id: string | undefined;
  readonly isCustom: boolean;
  /** It was begun again, with nothing in it yet, after arguments of it had come. */
  isReopened: boolean;
}

interface Choice {
  readonly calls: Map<unknown, HeardCall>;
  /** All arguments in the order in which they came: some servers have one index for all calls, some none that lasts. */
  all: string;
  names: number;
  reason: string | undefined;
  /** A piece of a call has come behind a reason to finish. */
  wentOn: boolean;
}

/** The longest arguments that were ever recorded, a patch, have 400,000 characters. */
const MAX_HEARD = 8 * 2 ** 20;
const MAX_CHOICES = 16;

const piecesOf = (message: JsonObject): readonly JsonObject[] =>
  isObject(message.function_call) ? [{ function: message.function_call }] : objectsOf(message.tool_calls);

const isWhole = ({ text, isCustom }: HeardCall): boolean =>
  text.trim() === '' || (isCustom ? !isHalfPatch(text) : countWholeObjects(text) !== undefined);

/**
 * Whether the arguments make one object a call in the order of their coming. Only where indexes do not tell calls
 * apart: there is one for all, or another for each piece.
 */
const isWholeInOrder = ({ all, names, calls }: Choice): boolean =>
  (calls.size === 1 || [...calls.values()].some(({ name }) => name === undefined)) &&
  (countWholeObjects(all) ?? names + 1) <= names;

const checkChoice = (choice: Choice): Breach | undefined => {
  const { calls, reason, wentOn } = choice;
  const ending = reason === undefined ? 'stop' : readChatEnding(reason);
  // A model that was cut off leaves its last call broken, and its client is told so.
  if (calls.size === 0 || (ending !== 'stop' && ending !== 'calls')) return undefined;
  const heard = [...calls.values()];
  const broken = heard.find((call) => !isWhole(call));
  const nameless = heard.find(({ name, text }) => name === undefined && text.trim() !== '');
  if ((broken ?? nameless) !== undefined && !isWholeInOrder(choice)) {
    return broken === undefined ? lostCall('a tool') : brokenCall(broken.name ?? 'a tool');
  }
  // Some servers give a call once more at its end, in one piece. What begins again is a second answer.
  const doubled = heard.find((call) => (wentOn || call.isReopened) && isDoubled(call));
  return doubled && repeatedCall(doubled.name ?? 'a tool');
};

const isDoubled = ({ text, isCustom }: HeardCall): boolean => !isCustom && (countWholeObjects(text) ?? 0) > 1;

/**
 * Clients put the pieces of a call together and act when the stream has ended, so that only the end has to be held
 * back. Servers number their pieces in ways of their own: what is whole in any way of reading them is whole.
 */
export const createChatWatch = (): ChatWatch => {
  const choices = new Map<unknown, Choice>();
  let characters = 0;

  const choiceAt = (index: unknown): Choice | undefined => {
    const known = choices.get(index);
    if (known !== undefined || choices.size >= MAX_CHOICES) return known;
    const choice = { calls: new Map(), all: '', names: 0, reason: undefined, wentOn: false };
    choices.set(index, choice);
    return choice;
  };
  const add = (choice: Choice, piece: JsonObject): void => {
    const called = [piece.function, piece.custom].find(isObject) ?? {};
    const text = called.arguments ?? called.input;
    const name = nonEmptyString(called.name);
    const known = choice.calls.get(piece.index);
    if (known === undefined && choice.calls.size >= MAX_TOOL_CALLS) return;
    const id = nonEmptyString(piece.id);
    const call = known ?? { name, id, text: '', isCustom: isObject(piece.custom), isReopened: false };
    const isSame = id === undefined || id === call.id;
    call.isReopened ||= name !== undefined && isSame && text === '' && call.text !== '';
    choice.calls.set(piece.index, call);
    call.name ??= name;
    if (name !== undefined) choice.names++;
    if (typeof text !== 'string') return;
    characters += text.length;
    if (characters > MAX_HEARD) return;
    call.text += text;
    choice.all += text;
  };

  return {
    see: (chunk) => {
      for (const { index = 0, delta, finish_reason } of objectsOf(chunk.choices)) {
        const choice = choiceAt(index);
        if (choice === undefined) continue;
        const pieces = isObject(delta) ? piecesOf(delta) : [];
        choice.wentOn ||= pieces.length > 0 && choice.reason !== undefined;
        for (const piece of pieces) add(choice, piece);
        choice.reason = readFinishReason(finish_reason) ?? choice.reason;
      }
    },
    end: () => {
      // Of calls that are too long to be kept, nothing can be said.
      if (characters > MAX_HEARD) return undefined;
      for (const choice of choices.values()) {
        const breach = checkChoice(choice);
        if (breach !== undefined) return breach;
      }
      return undefined;
    },
  };
};
