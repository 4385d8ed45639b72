import { type LogQuery, type LogReader, parseSearch, type TimeSpan } from '../../log/port.ts';
import type { AuditEntry, Paged } from '../api-types/entry.ts';
import type { AuditLogAnswer } from '../api-types/log.ts';
import type { UsageLogAnswer } from '../api-types/usage.ts';
import { type Pricing, priceEntry } from '../cost/create-pricing.ts';
import { findMeasured, type MeasuredWish, SORTS } from '../select/find-measured.ts';
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

/** What a query of the log selects, and by what that is measured and sorted. */
export interface Selection extends LogQuery {
  /** True where bodies were searched, and not all of them yet. */
  readonly incomplete: boolean;
  readonly wish: MeasuredWish;
}

const narrower = (one: TimeSpan, other: TimeSpan | undefined): TimeSpan =>
  other ? { fromMs: Math.max(one.fromMs, other.fromMs), toMs: Math.min(one.toMs, other.toMs) } : one;

/**
 * What a query of the log selects: by its filters, and by the search in `q`. Bodies are searched where it asks for that.
 * @throws GatewayError invalid_request
 */
export const readSelection = async (
  { now, searchBodies }: Pick<LogDeps, 'now' | 'searchBodies'>,
  query: URLSearchParams,
): Promise<Selection> => {
  const searched = parseSearch(readText(query, 'q') ?? '', now());
  const filter = { ...readFilter(query), ...searched.filter };
  const span = narrower(readSpan(query, now()), searched.span);
  const until = readText(query, 'until');
  const wish: MeasuredWish = {
    measures: searched.measures,
    sort: readChoice(query, 'sort', SORTS),
    isAscending: readChoice(query, 'order', ['asc', 'desc']) === 'asc',
  };
  const isDeep = readChoice(query, 'in', ['bodies']) !== undefined && filter.search !== undefined;
  if (!isDeep) return { span, filter, until, wish, incomplete: false };
  const { ids, isWhole } = await searchBodies(filter.search ?? '', { span, filter, until });
  return { span, filter, until, wish, inBodies: ids, incomplete: !isWhole };
};

/** Narrows a selection to what measures as it wishes: for who reads the log by its query alone. */
export const resolveMeasures = async (
  { log, pricing }: Pick<LogDeps, 'log' | 'pricing'>,
  { wish, incomplete: _, ...selection }: Selection,
): Promise<LogQuery> => {
  if (wish.measures.length === 0) return selection;
  const { ids } = await findMeasured(log, await pricing(), selection, wish);
  return { ids: new Set(ids) };
};

const readMeasured = async (
  deps: LogDeps,
  query: LogQuery,
  measured: MeasuredWish,
  wish: PageWish,
): Promise<Paged<AuditEntry>> => {
  const { ids } = await findMeasured(deps.log, await deps.pricing(), query, measured);
  const page = ids.slice(wish.offset, wish.offset + wish.limit);
  const { entries } = await readEntries(deps, { ids: new Set(page) }, { limit: page.length, offset: 0 });
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return {
    entries: page.map((id) => byId.get(id)).filter((entry) => entry !== undefined),
    total: ids.length,
    ...wish,
  };
};

/** `GET audit/log` */
export const answerLog = async (deps: LogDeps, query: URLSearchParams): Promise<AuditLogAnswer> => {
  const wish = readPage(query, DEFAULT_LIMIT, MOST);
  const { incomplete, wish: measured, ...selection } = await readSelection(deps, query);
  const isPlain = measured.measures.length === 0 && !measured.sort && !measured.isAscending;
  const page: AuditLogAnswer = isPlain
    ? await readEntries(deps, selection, wish)
    : await readMeasured(deps, selection, measured, wish);
  return incomplete || page.incomplete ? { ...page, incomplete: true } : page;
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
): Promise<AuditLogAnswer> => {
  const [{ records, total, isTotalLeast }, prices] = await Promise.all([log.page(query, wish), pricing()]);
  const entries = records.map((record) => priceEntry(prices, record));
  return { entries, total, ...wish, ...(isTotalLeast && { incomplete: true }) };
};
