import { useEffect } from 'preact/hooks';

/** Calls `act` again and again, for as long as somebody can see the page; at once when it comes back into view. */
export const useInterval = (act: () => void, everyMs: number): void => {
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) act();
    }, everyMs);
    const onChange = () => {
      if (!document.hidden) act();
    };
    document.addEventListener('visibilitychange', onChange);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onChange);
    };
  }, [act, everyMs]);
};
