import type { ExchangeWatch } from '../../log/capture/recorder.ts';

/** Traces that are remembered: what a client tells of a turn comes within seconds of it. */
const MAX_TRACES = 10_000;

/** Remembers which turn the exchanges of a trace were of, the latest ones. */
export const rememberTraceTurns = (recorder: Pick<ExchangeWatch, 'subscribe'>) => {
  const turns = new Map<string, string>();
  const stop = recorder.subscribe(({ type, record: { trace, client } }) => {
    if (!trace || client.turnId === undefined) return;
    // Of what passes another gateway the end alone may be told.
    if (type !== 'open' && (type !== 'close' || turns.has(trace.traceId))) return;
    turns.delete(trace.traceId);
    turns.set(trace.traceId, client.turnId);
    const [oldest] = turns.size > MAX_TRACES ? turns.keys() : [];
    if (oldest !== undefined) turns.delete(oldest);
  });
  return { turnOf: (traceId: string): string | undefined => turns.get(traceId), close: stop };
};
