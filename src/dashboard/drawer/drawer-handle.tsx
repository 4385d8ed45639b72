import { useEffect } from 'preact/hooks';
import { texts } from '../texts.ts';

const STORED_AS = 'gomodel-drawer';
const NARROWEST = 380;
const STEP = 24;

const setWidth = (width: number): void => {
  const widest = Math.round(innerWidth * 0.72);
  const fitting = Math.max(NARROWEST, Math.min(widest, Math.round(width)));
  document.documentElement.style.setProperty('--drawer', `${fitting}px`);
  localStorage.setItem(STORED_AS, String(fitting));
};

const presentWidth = (handle: HTMLElement): number => handle.parentElement?.offsetWidth ?? NARROWEST;

/** The drawer's left edge: dragged, or moved with the arrow keys, it sets the width, which is kept. */
export const DrawerHandle = () => {
  useEffect(() => {
    const stored = Number(localStorage.getItem(STORED_AS));
    if (stored > 0) setWidth(stored);
  }, []);
  const drag = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => setWidth(innerWidth - moved.clientX);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), {
      once: true,
    });
  };
  return (
    <div
      class="drawer-handle"
      role="separator"
      aria-orientation="vertical"
      aria-label={texts.drawer.resize}
      aria-valuenow={50}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowLeft' ? STEP : event.key === 'ArrowRight' ? -STEP : 0;
        if (by === 0) return;
        event.preventDefault();
        setWidth(presentWidth(event.currentTarget) + by);
      }}
    />
  );
};
