import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LogStore } from './log-store.ts';

/** A pointer that rests for so long is forgotten on the list, not aiming at a row. */
const POINTER_RESTS_MS = 8000;
/** A click so soon after rows moved was meant for the row that was there before. */
const CLICK_GUARD_MS = 400;

/**
 * Keeps the rows still while someone reads or aims: when scrolled away from the top, while a pointer
 * moves over the rows, and when paused.
 * @returns whether a click may be trusted
 */
export const useHold = (
  scroller: RefObject<HTMLElement | null>,
  store: LogStore,
  scrolled: boolean,
  paused: boolean,
): (() => boolean) => {
  const aiming = useRef(false);
  const aimedAtMs = useRef(0);

  useEffect(() => {
    const settle = () => store.hold(scrolled || paused || aiming.current);
    settle();
    const element = scroller.current;
    if (!element) return;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      clearTimeout(rest);
      aiming.current = false;
      settle();
    };
    const aim = (event: PointerEvent) => {
      if (event.pointerType !== 'mouse') return;
      clearTimeout(rest);
      rest = setTimeout(stop, POINTER_RESTS_MS);
      aiming.current = true;
      aimedAtMs.current = performance.now();
      settle();
    };
    element.addEventListener('pointermove', aim);
    element.addEventListener('pointerleave', stop);
    return () => {
      clearTimeout(rest);
      element.removeEventListener('pointermove', aim);
      element.removeEventListener('pointerleave', stop);
    };
  }, [store, scrolled, paused, scroller]);

  // Who aimed since the rows moved has seen where they are now.
  return () => {
    const movedAtMs = store.movedAtMs();
    return aimedAtMs.current > movedAtMs || performance.now() - movedAtMs > CLICK_GUARD_MS;
  };
};
