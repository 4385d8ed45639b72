import type { ExchangeWatch } from '../../log/capture/recorder.ts';

/** Waits until no exchange is open, or the time is over. */
export const waitUntilIdle = (recorder: ExchangeWatch, limitMs: number): Promise<void> =>
  new Promise((resolve) => {
    if (recorder.active.size === 0) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(done, limitMs);
    const unsubscribe = recorder.subscribe(() => {
      if (recorder.active.size === 0) done();
    });
  });
