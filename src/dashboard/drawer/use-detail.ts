import { useEffect } from 'preact/hooks';
import type { AuditDetailAnswer } from '../../admin/api-types.ts';
import { api } from '../state/api.ts';
import { listen } from '../state/feed.ts';
import { type Load, useLoad } from '../state/use-load.ts';

const REFRESH_MS = 1000;

/** The detail of an exchange, read again as it goes on: at most once a second, and at its end. */
export const useDetail = (id: string): Load<AuditDetailAnswer> => {
  const load = useLoad(id, (signal) => api.detail(id, 1, signal));
  const { reload } = load;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = listen((event) => {
      if (!('record' in event) || event.record.id !== id) return;
      if (event.type === 'close') {
        clearTimeout(timer);
        timer = undefined;
        reload();
      } else {
        timer ??= setTimeout(() => {
          timer = undefined;
          reload();
        }, REFRESH_MS);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [id, reload]);
  return load;
};
