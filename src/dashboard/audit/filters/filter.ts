import type { AuditLogQuery } from '../../../admin/api-types/queries.ts';

/** The filters that the page offers, by their names in the address and in the API. */
const FILTER_KEYS = [
  'q',
  'search',
  'sort',
  'order',
  'in',
  'status_code',
  'error_type',
  'model',
  'client',
  'session',
  'path',
  'method',
  'provider',
  'key',
  'user_path',
  'label',
  'stream',
  'days',
  'start_date',
  'end_date',
] as const;

/** What the address chooses, as the API is asked for it. */
export const readFilter = (query: URLSearchParams): AuditLogQuery => {
  const chosen: Record<string, string> = {};
  for (const key of FILTER_KEYS) {
    const value = query.get(key);
    if (value) chosen[key] = value;
  }
  const { days, in: where, ...filter } = chosen;
  return {
    ...filter,
    ...(days && /^\d+$/.test(days) ? { days: Number(days) } : {}),
    ...(where === 'bodies' ? { in: where } : {}),
  };
};

/** The same as changes of the address that take every filter away. */
export const noFilter = (): Record<string, undefined> =>
  Object.fromEntries(FILTER_KEYS.map((key) => [key, undefined]));
