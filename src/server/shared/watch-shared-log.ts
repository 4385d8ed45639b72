import { setTimeout as pause } from 'node:timers/promises';
import { createListeners } from '../../log/listeners.ts';
import type { ExchangeEvent, ExchangeWatch, LogReader } from '../../log/port.ts';

/** Exchanges of this gateway that the shared log tells of, too. */
const MAX_OWN = 20_000;
const TRY_AGAIN_MS = 1_000;

export interface SharedWatch extends ExchangeWatch {
  close(): void;
}

/** What happens in this gateway, and in all others that write to the same log. */
export const watchSharedLog = (recorder: ExchangeWatch, log: Pick<LogReader, 'follow'>): SharedWatch => {
  const listeners = createListeners<ExchangeEvent>();
  const own = new Set<string>();
  const stop = new AbortController();

  const unsubscribe = recorder.subscribe((event) => {
    own.add(event.record.id);
    if (own.size > MAX_OWN) own.delete(own.values().next().value ?? '');
    listeners.tell(event);
  });
  const followOthers = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        for await (const { type, record } of log.follow('now', stop.signal)) {
          if (!own.has(record.id)) listeners.tell({ type, record });
        }
      } catch {
        // The database is away: what happens meanwhile is in the log afterwards.
        await pause(TRY_AGAIN_MS, undefined, { signal: stop.signal, ref: false }).catch(() => {});
      }
    }
  };
  void followOthers();
  return {
    subscribe: listeners.add,
    get trouble() {
      return recorder.trouble;
    },
    subscribeTrouble: (listener) => recorder.subscribeTrouble(listener),
    get active() {
      return recorder.active;
    },
    answerSoFar: (id) => recorder.answerSoFar(id),
    get losses() {
      return recorder.losses;
    },
    recovered: recorder.recovered,
    flush: () => recorder.flush(),
    close: () => {
      stop.abort();
      unsubscribe();
    },
  };
};
