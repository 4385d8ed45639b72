import { idTimeMs } from '../../base/ids.ts';
import { matchesQuery } from '../match-filter.ts';
import type { LogQuery, PageWish } from '../port.ts';
import type { ExchangeRecord } from '../record.ts';
import { compileFilter, type RowTest, testUserPath } from './compile-filter.ts';
import { HAS_USAGE } from './index/index-columns.ts';
import { ALWAYS, type IndexOverview, type IndexPart, type JournalIndex } from './index/index-part.ts';
import type { JournalPlace } from './read-places.ts';

/** An exchange that was found: where its record stands, or the record of one that runs. */
export type Found = JournalPlace | { readonly id: string; readonly record: ExchangeRecord };

export interface FoundPage {
  readonly found: Found[];
  readonly total: number;
}

const passes = (tests: readonly RowTest[], row: number): boolean => {
  for (const test of tests) if (!test(row)) return false;
  return true;
};

/** What a row must pass to be of a selection: nothing, where the whole segment is. */
const testsOf = ({ rows, isWithin }: IndexPart, query: LogQuery): RowTest[] => {
  const { span = ALWAYS, filter = {}, statuses, hasUsage, inBodies, within, sessions } = query;
  const { search, ...rest } = filter;
  const tests = compileFilter(rows, rest);
  if (!isWithin) {
    const startedAt = rows.columns.numbers.startedAtMs;
    tests.push((row) => (startedAt[row] as number) >= span.fromMs && (startedAt[row] as number) < span.toMs);
  }
  if (within !== undefined) tests.push(testUserPath(rows, within));
  if (sessions) {
    tests.push((row) => sessions.has(rows.text('sessionId', row) ?? rows.text('threadId', row) ?? ''));
  }
  if (hasUsage) tests.push((row) => rows.has(HAS_USAGE, row));
  if (statuses) {
    const status = rows.columns.numbers.status;
    tests.push((row) => {
      const own = status[row] as number;
      return statuses.some(([from, to]) => from <= own && own <= to);
    });
  }
  if (search !== undefined) {
    const words = compileFilter(rows, { search });
    tests.push((row) => passes(words, row) || inBodies?.has(rows.id(row)) === true);
  }
  return tests;
};

/** How many rows of an order have an id up to one. */
const countUntil = ({ rows, order }: IndexPart, isUpTo: (id: string) => boolean): number => {
  let first = 0;
  let end = order.length;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if (isUpTo(rows.id(order[middle] as number))) first = middle + 1;
    else end = middle;
  }
  return first;
};

/** The rows of a segment that have one of some ids, in its order: few are looked up, however many rows there are. */
const rowsWithIds = ({ rows, order }: IndexPart, ids: ReadonlySet<string>): Uint32Array => {
  const wanted = new Set([...ids].map((id) => rows.find(id)));
  return order.filter((row) => wanted.has(row));
};

/** The rows of a selection within one segment, by id, ascending. */
export const rowsOf = (part: IndexPart, query: LogQuery): Uint32Array => {
  const { until, ids } = query;
  const candidates = ids ? rowsWithIds(part, ids) : part.order;
  const order =
    until === undefined
      ? candidates
      : candidates.subarray(
          0,
          countUntil({ ...part, order: candidates }, (id) => id <= until),
        );
  const tests = testsOf(part, query);
  return tests.length === 0 ? order : order.filter((row) => passes(tests, row));
};

/** The exchanges of a selection that have no row: those that run, or were interrupted. */
export const unfinishedIn = ({ loose }: Pick<IndexPart, 'loose'>, query: LogQuery): ExchangeRecord[] =>
  loose.filter((record) => matchesQuery(record, query));

const placeOf = ({ rows, segment }: IndexPart, row: number): JournalPlace => ({
  id: rows.id(row),
  segment,
  offset: rows.number('offset', row),
  length: rows.number('length', row),
});

const newestFirst = (one: Found, other: Found): number => (one.id < other.id ? 1 : -1);

/** An id's time and the time that its record tells may differ by so much. */
const SLACK_MS = 1;

/** True where a selection has all of a segment's exchanges, whatever they are. */
const isAllOf = (
  { isWithin, maxMs }: IndexOverview,
  { filter = {}, until, span: _span, inBodies: _inBodies, ...conditions }: LogQuery,
): boolean =>
  isWithin &&
  // Whatever a query may also ask for one day, it is not all.
  Object.values(conditions).every((wanted) => wanted === undefined || wanted === false) &&
  Object.values(filter).every((wanted) => wanted === undefined) &&
  (until === undefined || maxMs + SLACK_MS < (idTimeMs(until) ?? 0));

/** Finds the exchanges of a selection, newest first, and counts them all. */
export const findExchanges = async (
  index: JournalIndex,
  query: LogQuery,
  { limit, offset = 0, before }: PageWish,
): Promise<FoundPage> => {
  const most = offset + limit;
  const beforeMs = (before === undefined ? undefined : idTimeMs(before)) ?? Number.POSITIVE_INFINITY;
  let candidates: Found[] = [];
  let total = 0;
  for await (const overview of index.overviews(query.span ?? ALWAYS)) {
    const loose = unfinishedIn(overview, query);
    total += loose.length;
    // Segments come newest first: once there are enough, older ones have nothing for the page.
    const oldest = candidates.length >= most ? candidates[most - 1]?.id : undefined;
    const isPassed = oldest !== undefined && overview.maxMs < (idTimeMs(oldest) ?? 0);
    const isForPage = most > 0 && !isPassed && overview.minMs - SLACK_MS <= beforeMs;
    if (!isForPage && isAllOf(overview, query)) {
      total += overview.count;
      continue;
    }
    const part = await overview.open();
    const rows = rowsOf(part, query);
    total += rows.length;
    if (!isForPage) continue;
    const end =
      before === undefined ? rows.length : countUntil({ ...part, order: rows }, (id) => id < before);
    for (const row of rows.subarray(Math.max(0, end - most), end)) candidates.push(placeOf(part, row));
    for (const record of loose) {
      if (before === undefined || record.id < before) candidates.push({ id: record.id, record });
    }
    candidates = candidates.sort(newestFirst).slice(0, most);
  }
  return { found: candidates.slice(offset), total };
};

/** The records of what was found; what retention has deleted meanwhile is left out. */
export const readFound = async (index: JournalIndex, found: readonly Found[]): Promise<ExchangeRecord[]> => {
  const records = await index.readRecords(found.filter((one): one is JournalPlace => 'segment' in one));
  let next = 0;
  return found
    .map((one) => ('record' in one ? one.record : records[next++]))
    .filter((record) => record !== undefined);
};
