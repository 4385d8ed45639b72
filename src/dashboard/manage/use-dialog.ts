import { useCallback, useEffect, useState } from 'preact/hooks';

/** Other processes obey a change within a second: then the figures are those of what is set now. */
const OBEYED_MS = 1200;

export interface Dialog<Open> {
  readonly open: Open | undefined;
  show(open: Open): void;
  close(): void;
  /** Closes it, and reads what was changed: now, and once it is obeyed everywhere. */
  done(): void;
}

/** The one form or question that is open over a page. */
export const useDialog = <Open>(reload: () => void): Dialog<Open> => {
  const [open, setOpen] = useState<Open | undefined>();
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    if (changes === 0) return;
    const timer = setTimeout(reload, OBEYED_MS);
    return () => clearTimeout(timer);
  }, [changes, reload]);
  const close = useCallback(() => setOpen(undefined), []);
  const done = useCallback(() => {
    setOpen(undefined);
    setChanges((count) => count + 1);
    reload();
  }, [reload]);
  return { open, show: setOpen, close, done };
};
