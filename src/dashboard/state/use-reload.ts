import { useEffect, useRef } from 'preact/hooks';
import type { StreamEvent } from '../../admin/api-types/stream.ts';
import { listen, listenToGaps } from './feed.ts';

/** Whether an event makes what is shown out of date: a moment later with others like it, or at once. */
type Concerns = (event: StreamEvent) => 'later' | 'now' | undefined;

/**
 * Reads again what is shown as things happen.
 * @param afterMs how long events are gathered: it is not read more often
 */
export const useReload = (reload: () => void, afterMs: number, concerns: Concerns): void => {
  // Another closure at each render, with the same meaning or a newer one.
  const judge = useRef(concerns);
  judge.current = concerns;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const now = () => {
      clearTimeout(timer);
      timer = undefined;
      reload();
    };
    const stop = listen((event) => {
      const when = judge.current(event);
      if (when === 'now') now();
      if (when === 'later') timer ??= setTimeout(now, afterMs);
    });
    const stopGaps = listenToGaps(now);
    return () => {
      stop();
      stopGaps();
      clearTimeout(timer);
    };
  }, [reload, afterMs]);
};
