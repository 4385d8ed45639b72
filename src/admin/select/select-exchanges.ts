import { idTimeMs } from '../../base/ids.ts';
import { HAS_USAGE } from '../../log/files/index-rows.ts';
import type { IndexPart, JournalIndex, TimeSpan } from '../../log/files/journal-index.ts';
import type { JournalPlace } from '../../log/files/read-places.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import type { ExchangeFilter } from '../api-types.ts';
import { matchesFilter } from '../match-filter.ts';
import { compileFilter, type RowTest } from './compile-filter.ts';

export interface Selection {
  readonly span: TimeSpan;
  readonly filter: ExchangeFilter;
  /** Only this exchange and earlier ones. */
  readonly until?: string | undefined;
  /** Only those that used tokens. */
  readonly hasUsage?: boolean;
  /** Ids of exchanges whose bodies hold the text of `filter.search`: they fulfil it whatever their record says. */
  readonly inBodies?: ReadonlySet<string>;
}

/** An exchange that was found: where its record stands, or the record of one that runs. */
export type Found = JournalPlace | { readonly id: string; readonly record: ExchangeRecord };

export interface FoundPage {
  readonly found: Found[];
  readonly total: number;
}

/** What a row must pass to be of a selection: nothing, where the whole segment is. */
const testsOf = (
  { rows, isWithin }: IndexPart,
  { span, filter, hasUsage, inBodies }: Selection,
): RowTest[] => {
  const { search, ...rest } = filter;
  const tests = compileFilter(rows, rest);
  if (!isWithin) {
    const startedAt = rows.columns.numbers.startedAtMs;
    tests.push((row) => (startedAt[row] as number) >= span.fromMs && (startedAt[row] as number) < span.toMs);
  }
  if (hasUsage) tests.push((row) => rows.has(HAS_USAGE, row));
  if (search !== undefined) {
    const [holdsText] = compileFilter(rows, { search });
    tests.push((row) => holdsText?.(row) || inBodies?.has(rows.id(row)) === true);
  }
  return tests;
};

/** The rows up to an exchange, by id. */
const orderUntil = ({ rows, order }: IndexPart, until: string | undefined): Uint32Array => {
  if (until === undefined) return order;
  let first = 0;
  let end = order.length;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if (rows.id(order[middle] as number) <= until) first = middle + 1;
    else end = middle;
  }
  return order.subarray(0, end);
};

/** Shows each exchange of a selection within one segment, the newest first. */
export const eachRow = (part: IndexPart, selection: Selection, show: (row: number) => void): void => {
  const tests = testsOf(part, selection);
  const order = orderUntil(part, selection.until);
  for (let place = order.length - 1; place >= 0; place--) {
    const row = order[place] as number;
    if (passes(tests, row)) show(row);
  }
};

const passes = (tests: readonly RowTest[], row: number): boolean => {
  for (const test of tests) if (!test(row)) return false;
  return true;
};

/** The newest rows of a selection within one segment, and how many there are. */
const newestRows = (
  part: IndexPart,
  selection: Selection,
  most: number,
): { rows: number[]; total: number } => {
  const tests = testsOf(part, selection);
  const order = orderUntil(part, selection.until);
  const count = order.length;
  // Without a condition there is nothing to count, and the end of the list is what is asked for.
  if (tests.length === 0) return { rows: [...order.subarray(Math.max(0, count - most))], total: count };
  const rows: number[] = [];
  let total = 0;
  for (let place = order.length - 1; place >= 0; place--) {
    const row = order[place] as number;
    if (!passes(tests, row)) continue;
    if (total++ < most) rows.push(row);
  }
  return { rows, total };
};

/** The exchanges of a selection that have no row: those that run, or were interrupted. */
export const unfinishedIn = (
  { loose }: IndexPart,
  { span, filter, until, hasUsage, inBodies }: Selection,
): ExchangeRecord[] =>
  loose.filter((record) => {
    const ms = Date.parse(record.startedAt);
    const { search: _, ...rest } = filter;
    const isWanted =
      matchesFilter(record, filter) || (inBodies?.has(record.id) === true && matchesFilter(record, rest));
    if (!isWanted || (hasUsage && !record.usage)) return false;
    return ms >= span.fromMs && ms < span.toMs && (until === undefined || record.id <= until);
  });

export const placeOf = ({ rows, segment }: IndexPart, row: number): JournalPlace => ({
  id: rows.id(row),
  segment,
  offset: rows.number('offset', row),
  length: rows.number('length', row),
});

const newestFirst = (one: Found, other: Found): number => (one.id < other.id ? 1 : -1);

/** Finds the exchanges of a selection, newest first, and counts them all. */
export const findExchanges = async (
  index: JournalIndex,
  selection: Selection,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<FoundPage> => {
  const most = offset + limit;
  let candidates: Found[] = [];
  let total = 0;
  await index.visit(selection.span, (part) => {
    // Segments come newest first: once there are enough, older ones have nothing for the page.
    const oldest = candidates.length >= most ? candidates[most - 1]?.id : undefined;
    const hasOlder = oldest !== undefined && part.maxMs < (idTimeMs(oldest) ?? 0);
    const newest = newestRows(part, selection, hasOlder ? 0 : most);
    const loose = unfinishedIn(part, selection);
    total += newest.total + loose.length;
    if (hasOlder) return;
    for (const row of newest.rows) candidates.push(placeOf(part, row));
    for (const record of loose) candidates.push({ id: record.id, record });
    candidates = candidates.sort(newestFirst).slice(0, most);
  });
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
