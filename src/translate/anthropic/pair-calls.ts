import type { AskItem, AskPart } from '../ask.ts';

type Call = Extract<AskItem, { kind: 'call' }>;
type Result = Extract<AskItem, { kind: 'result' }>;

/** A call as it goes out, with its result if there is one. */
export interface PairedCall {
  /** Unique in the conversation, of the form that the API asks for. */
  readonly id: string;
  readonly call: Call;
  result?: Result;
}

export interface Pairs {
  readonly calls: ReadonlyMap<Call, PairedCall>;
  /** The call that a result answers; results that answer none are not in it. */
  readonly answered: ReadonlyMap<Result, PairedCall>;
}

/** `[a-zA-Z0-9_-]+`, and like no other: some clients count their calls anew in each turn. */
const uniqueId = (callId: string, taken: Set<string>): string => {
  const valid = callId.replace(/[^a-zA-Z0-9_-]/g, '_') || 'call';
  let id = valid;
  for (let n = 2; taken.has(id); n++) id = `${valid}-${n}`;
  taken.add(id);
  return id;
};

/**
 * Which result answers which call: the first of its id that comes after the call and answers no other. The
 * API refuses a call without a result, a result without a call, and an id that is used twice.
 */
export const pairCalls = (items: readonly AskItem[]): Pairs => {
  const calls = new Map<Call, PairedCall>();
  const answered = new Map<Result, PairedCall>();
  const open = new Map<string, PairedCall[]>();
  const taken = new Set<string>();
  for (const item of items) {
    if (item.kind === 'call') {
      const paired: PairedCall = { id: uniqueId(item.callId, taken), call: item };
      calls.set(item, paired);
      open.set(item.callId, [...(open.get(item.callId) ?? []), paired]);
    } else if (item.kind === 'result') {
      const paired = open.get(item.callId)?.shift();
      if (paired === undefined) continue;
      paired.result = item;
      answered.set(item, paired);
    }
  }
  return { calls, answered };
};

/** What a result says that has no call: still worth reading. */
export const strayResult = ({ callId, parts }: Result): AskPart[] => [
  { kind: 'text', text: `[result of a tool call that is not in this conversation, ${callId}]` },
  ...parts,
];
