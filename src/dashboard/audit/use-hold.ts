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
  const movedAt = useRef(0);

  useEffect(() => {
    const settle = () => {
      const hold = scrolled || paused || aiming.current;
      if (!hold && store.waiting.value > 0) movedAt.current = performance.now();
      store.hold(hold);
    };
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

  return () => performance.now() - movedAt.current > CLICK_GUARD_MS;
};
