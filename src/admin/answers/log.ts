import type { JournalIndex } from '../../audit/journal-index.ts';
import type { AuditLogAnswer, UsageLogAnswer } from '../api-types.ts';
import { type Pricing, priceEntry } from '../cost/create-pricing.ts';
import { readSpan } from '../select/period.ts';
import { readCount, readFilter, readText } from '../select/read-query.ts';
import { findExchanges, readFound, type Selection } from '../select/select-exchanges.ts';

export interface LogDeps {
  readonly index: JournalIndex;
  readonly pricing: () => Promise<Pricing>;
  readonly now: () => number;
}

const DEFAULT_LIMIT = 25;
const MOST = 100;

/** What a query of the log selects. */
export const readSelection = (query: URLSearchParams, nowMs: number): Selection => ({
  span: readSpan(query, nowMs),
  filter: readFilter(query),
  until: readText(query, 'until'),
});

/** `GET audit/log` */
export const answerLog = async (
  { index, pricing, now }: LogDeps,
  query: URLSearchParams,
): Promise<AuditLogAnswer | UsageLogAnswer> => {
  const selection = readSelection(query, now());
  const limit = Math.max(1, readCount(query, 'limit', DEFAULT_LIMIT, MOST));
  const offset = readCount(query, 'offset', 0, Number.MAX_SAFE_INTEGER);
  await index.refresh();
  const { found, total } = await findExchanges(index, selection, { offset, limit });
  const [records, prices] = await Promise.all([readFound(index, found), pricing()]);
  return { entries: records.map((record) => priceEntry(prices, record)), total, limit, offset };
};
