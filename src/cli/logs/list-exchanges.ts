import { queryExchanges } from '../../log/files/query-exchanges.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import type { Selection } from './select-exchanges.ts';

/**
 * The newest exchanges that are wanted, in the order in which they began: the newest last, where a
 * terminal's reader looks first.
 */
export const listExchanges = async (
  dataDir: string,
  { matches, sinceMs }: Selection,
  limit: number,
): Promise<ExchangeRecord[]> => {
  const newestFirst: ExchangeRecord[] = [];
  if (limit === 0) return newestFirst;
  for await (const record of queryExchanges(dataDir)) {
    if (Date.parse(record.startedAt) < sinceMs) break;
    if (matches(record)) newestFirst.push(record);
    if (newestFirst.length >= limit) break;
  }
  return newestFirst.reverse();
};
