import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

/** Rows kept rendered beyond the visible ones on each side: what a flick passes before the next frame. */
const SPARE_ROWS = 24;

export interface RowWindow {
  readonly first: number;
  /** One beyond the last. */
  readonly end: number;
  readonly scrolled: boolean;
  readonly width: number;
}

/** Which rows a scrolling element shows: renders a screenful of 100,000. */
export const useWindow = (
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
): RowWindow => {
  const [place, setPlace] = useState({ top: 0, height: 0, width: 0 });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const { scrollTop: top, clientHeight: height, clientWidth: width } = element;
      setPlace((last) =>
        last.top === top && last.height === height && last.width === width ? last : { top, height, width },
      );
    };
    measure();
    element.addEventListener('scroll', measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', measure);
      observer.disconnect();
    };
  }, [scroller]);

  // Fewer rows than before: the browser moves the view without a scroll event in some cases.
  useEffect(() => {
    const element = scroller.current;
    if (element && element.scrollTop !== place.top) setPlace((last) => ({ ...last, top: element.scrollTop }));
  });

  const firstVisible = Math.floor(place.top / rowHeight);
  const visible = Math.ceil(place.height / rowHeight);
  return {
    first: Math.max(0, Math.min(count, firstVisible - SPARE_ROWS)),
    end: Math.min(count, firstVisible + visible + SPARE_ROWS),
    scrolled: place.top > rowHeight / 2,
    width: place.width,
  };
};
