import { useEffect, useState } from 'preact/hooks';
import type { AuditDetailAnswer } from '../../admin/api-types/detail.ts';
import type { AuditEntry } from '../../admin/api-types/entry.ts';
import { api } from '../state/api.ts';
import { outcomeOf } from '../state/describe-exchange.ts';
import { listen } from '../state/feed.ts';
import { type Load, useLoad } from '../state/use-load.ts';
import { useReload } from '../state/use-reload.ts';

const REFRESH_MS = 1000;

const isRunning = (entry: AuditEntry): boolean => outcomeOf(entry).tone === 'running';

/** The detail of an exchange: while it runs, with its record as it is told; read again at its end. */
export const useDetail = (id: string): Load<AuditDetailAnswer> => {
  const load = useLoad(id, (signal) => api.detail(id, 1, signal));
  const [told, setTold] = useState<AuditEntry>();
  useEffect(
    () =>
      listen((event) => {
        if ('record' in event && event.record.id === id) setTold(event.record);
      }),
    [id],
  );
  const { value } = load;
  useReload(load.reload, REFRESH_MS, (event) => {
    if (!('record' in event) || event.record.id !== id) return undefined;
    if (event.type === 'close') return 'now';
    // Its headers have come.
    return value?.responseHeaders.length === 0 && event.record.status !== undefined ? 'later' : undefined;
  });
  return value && told?.id === value.entry.id && isRunning(value.entry)
    ? { ...load, value: { ...value, entry: told } }
    : load;
};
