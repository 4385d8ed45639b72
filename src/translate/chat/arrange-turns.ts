import type { AskItem, AskPart, ReasoningState, Role } from '../ask.ts';

type Call = Extract<AskItem, { kind: 'call' }>;
type Result = Extract<AskItem, { kind: 'result' }>;

/** A call with the result that answers it. */
interface AnsweredCall {
  /** Like no other of the conversation: some clients and servers count their calls anew in each turn. */
  readonly id: string;
  readonly call: Call;
  /** Absent if there is none: the API refuses a call without one. */
  result?: Result;
}

/** What the model said in one go, with what its calls gave back. */
export interface AssistantTurn {
  readonly kind: 'assistant';
  readonly thoughts: { readonly text: string; readonly state?: ReasoningState }[];
  readonly parts: AskPart[];
  readonly calls: AnsweredCall[];
}

export type Turn =
  | AssistantTurn
  | {
      readonly kind: 'message';
      readonly role: Exclude<Role, 'assistant'>;
      readonly parts: readonly AskPart[];
    }
  /** A result that no call asked for. */
  | { readonly kind: 'stray'; readonly result: Result };

const uniqueId = (callId: string, taken: Set<string>): string => {
  const wanted = callId || 'call';
  let id = wanted;
  for (let count = 2; taken.has(id); count++) id = `${wanted}_${count}`;
  taken.add(id);
  return id;
};

/**
 * Puts a conversation into the turns that the API knows: the results of a message's calls follow it at once,
 * each answers one call, and each call has one message. Items come in smaller steps, and clients put messages
 * between a call and its result.
 */
export const arrangeTurns = (items: readonly AskItem[]): Turn[] => {
  const turns: Turn[] = [];
  /** By the id of the call; those that came first are answered first. */
  const waiting = new Map<string, AnsweredCall[]>();
  const taken = new Set<string>();
  let open: AssistantTurn | undefined;

  const assistant = (): AssistantTurn => {
    if (open === undefined) {
      open = { kind: 'assistant', thoughts: [], parts: [], calls: [] };
      turns.push(open);
    }
    return open;
  };

  for (const item of items) {
    if (item.kind === 'reasoning') {
      const { text, state } = item;
      assistant().thoughts.push({ text, ...(state !== undefined && { state }) });
    } else if (item.kind === 'call') {
      const answered: AnsweredCall = { id: uniqueId(item.callId, taken), call: item };
      assistant().calls.push(answered);
      waiting.set(item.callId, [...(waiting.get(item.callId) ?? []), answered]);
    } else if (item.kind === 'result') {
      const answered = waiting.get(item.callId)?.shift();
      if (answered !== undefined) answered.result = item;
      else turns.push({ kind: 'stray', result: item });
      open = undefined;
    } else if (item.role === 'assistant') {
      assistant().parts.push(...item.parts);
    } else {
      turns.push({ kind: 'message', role: item.role, parts: item.parts });
      open = undefined;
    }
  }
  return turns;
};
