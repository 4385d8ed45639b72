import type { AskItem } from '../ask.ts';

/**
 * A call may be answered more than once: code that Codex runs tells of things as they happen (`notify`), each
 * as an output of the same call. Providers take one result a call, so what came later joins what came first.
 * A result without any call stays what it is.
 */
export const joinResults = (items: readonly AskItem[]): AskItem[] => {
  const joined: AskItem[] = [];
  /** How many calls of an id wait for a result. */
  const waiting = new Map<string, number>();
  /** Where the last result of an id stands. */
  const places = new Map<string, number>();
  for (const item of items) {
    if (item.kind === 'call') waiting.set(item.callId, (waiting.get(item.callId) ?? 0) + 1);
    if (item.kind !== 'result') {
      joined.push(item);
      continue;
    }
    const open = waiting.get(item.callId) ?? 0;
    const place = places.get(item.callId);
    const earlier = place === undefined ? undefined : joined[place];
    if (open === 0 && place !== undefined && earlier?.kind === 'result') {
      const isError = item.isError ?? earlier.isError;
      const parts = [...earlier.parts, ...item.parts];
      joined[place] = { ...earlier, parts, ...(isError !== undefined && { isError }) };
      continue;
    }
    if (open > 0) {
      waiting.set(item.callId, open - 1);
      places.set(item.callId, joined.length);
    }
    joined.push(item);
  }
  return joined;
};
