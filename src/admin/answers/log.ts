import type { LogQuery, LogReader } from '../../log/port.ts';
import type { AuditEntry, Paged } from '../api-types/entry.ts';
import type { AuditLogAnswer } from '../api-types/log.ts';
import type { UsageLogAnswer } from '../api-types/usage.ts';
import { type Pricing, priceEntry } from '../cost/create-pricing.ts';
import { readPeriod, readSpan } from '../select/period.ts';
import { readChoice, readFilter, readText, USAGE_FILTERS } from '../select/read-query.ts';
import type { SearchBodies } from '../select/search-bodies.ts';
import { GROUP_LIMIT, MAX_GROUPS, type PageWish, readPage } from './paging.ts';

export interface LogDeps {
  readonly searchBodies: SearchBodies;
  readonly log: LogReader;
  readonly pricing: () => Promise<Pricing>;
  readonly now: () => number;
}

const DEFAULT_LIMIT = 25;
const MOST = 100;

/** What a query of the log selects; bodies are searched where it asks for that. */
export const readSelection = async (
  { now, searchBodies }: Pick<LogDeps, 'now' | 'searchBodies'>,
  query: URLSearchParams,
): Promise<LogQuery & { readonly incomplete: boolean }> => {
  const filter = readFilter(query);
  const span = readSpan(query, now());
  const until = readText(query, 'until');
  const isDeep = readChoice(query, 'in', ['bodies']) !== undefined && filter.search !== undefined;
  if (!isDeep) return { span, filter, until, incomplete: false };
  const { ids, isWhole } = await searchBodies(filter.search ?? '', { span, filter, until });
  return { span, filter, until, inBodies: ids, incomplete: !isWhole };
};

/** `GET audit/log` */
export const answerLog = async (deps: LogDeps, query: URLSearchParams): Promise<AuditLogAnswer> => {
  const wish = readPage(query, DEFAULT_LIMIT, MOST);
  const { incomplete, ...selection } = await readSelection(deps, query);
  const page = await readEntries(deps, selection, wish);
  return incomplete ? { ...page, incomplete } : page;
};

/** `GET usage/log`: of the period alone, and only what used tokens. */
export const answerUsageLog = async (deps: LogDeps, query: URLSearchParams): Promise<UsageLogAnswer> => {
  const wish = readPage(query, GROUP_LIMIT, MAX_GROUPS);
  const span = readPeriod(query, deps.now());
  const filter = readFilter(query, USAGE_FILTERS);
  return readEntries(deps, { span, filter, hasUsage: true }, wish);
};

const readEntries = async (
  { log, pricing }: LogDeps,
  query: LogQuery,
  wish: PageWish,
): Promise<Paged<AuditEntry>> => {
  const [{ records, total }, prices] = await Promise.all([log.page(query, wish), pricing()]);
  return { entries: records.map((record) => priceEntry(prices, record)), total, ...wish };
};
