import type { AskItem } from '../ask.ts';

export type CallItem = Extract<AskItem, { kind: 'call' }>;
export type ResultItem = Extract<AskItem, { kind: 'result' }>;

/**
 * Which result answers which call: of a call's id, the first one after it that answers no earlier call. Ids
 * may come again, since some clients count them anew each turn.
 */
export const pairResults = (
  items: readonly AskItem[],
): { readonly resultOf: ReadonlyMap<CallItem, ResultItem>; readonly paired: ReadonlySet<ResultItem> } => {
  const open = new Map<string, CallItem[]>();
  const resultOf = new Map<CallItem, ResultItem>();
  const paired = new Set<ResultItem>();
  for (const item of items) {
    if (item.kind === 'call') {
      const waiting = open.get(item.callId);
      if (waiting === undefined) open.set(item.callId, [item]);
      else waiting.push(item);
    } else if (item.kind === 'result') {
      const call = open.get(item.callId)?.shift();
      if (call === undefined) continue;
      resultOf.set(call, item);
      paired.add(item);
    }
  }
  return { resultOf, paired };
};
