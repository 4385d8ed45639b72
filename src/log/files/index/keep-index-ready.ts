import { performance } from 'node:perf_hooks';
import type { ExchangeWatch } from '../../capture/recorder.ts';
import type { JournalIndex } from './index-part.ts';

/** What has ended is taken into the index after so long, at the earliest. */
const EVERY_MS = 5_000;
/** Share of the last seconds that the event loop was at work: above it, the traffic comes first. */
const BUSY = 0.5;

/**
 * Keeps the index up to date while the gateway has time for it, so that the first question does not wait
 * for what it could have read before.
 * @returns a function that ends it
 */
export const keepIndexReady = (
  index: Pick<JournalIndex, 'upkeep'>,
  recorder: Pick<ExchangeWatch, 'subscribe'>,
): (() => void) => {
  let isBehind = true;
  let last = performance.eventLoopUtilization();
  const leave = recorder.subscribe(({ type }) => {
    if (type === 'close') isBehind = true;
  });
  const look = (): void => {
    const { utilization } = performance.eventLoopUtilization(last);
    last = performance.eventLoopUtilization();
    if (!isBehind || utilization > BUSY) return;
    isBehind = false;
    void index.upkeep();
  };
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    leave();
  };
};
