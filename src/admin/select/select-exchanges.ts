import { HAS_USAGE } from '../../audit/index-rows.ts';
import type { IndexPart, JournalIndex, JournalPlace, TimeSpan } from '../../audit/journal-index.ts';
import type { ExchangeRecord } from '../../audit/record.ts';
import type { ExchangeFilter } from '../api-types.ts';
import { matchesFilter } from '../match-filter.ts';
import { compileFilter } from './compile-filter.ts';

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

/** Shows each exchange of a selection within one segment, the newest first. */
export const eachRow = (
  { rows }: IndexPart,
  { span, filter, until, hasUsage, inBodies }: Selection,
  show: (row: number) => void,
): void => {
  const { search, ...rest } = filter;
  const holds = compileFilter(rows, rest);
  const holdsText = search === undefined ? undefined : compileFilter(rows, { search });
  const test = (row: number): boolean =>
    holds(row) &&
    (!hasUsage || rows.has(HAS_USAGE, row)) &&
    (!holdsText || holdsText(row) || inBodies?.has(rows.id(row)) === true);
  const startedAt = rows.columns.numbers.startedAtMs;
  for (let place = rows.order.length - 1; place >= 0; place--) {
    const row = rows.order[place] as number;
    const ms = startedAt[row] as number;
    if (ms < span.fromMs || ms >= span.toMs || !test(row)) continue;
    if (until === undefined || rows.id(row) <= until) show(row);
  }
};

/** The exchanges of a selection that have no row: those that run, or were interrupted. */
export const looseOf = (
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

/** Finds the exchanges of a selection, newest first, and counts them all. */
export const findExchanges = async (
  index: JournalIndex,
  selection: Selection,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<FoundPage> => {
  const candidates: Found[] = [];
  let total = 0;
  await index.visit(selection.span, (part) => {
    let kept = 0;
    eachRow(part, selection, (row) => {
      total++;
      // What a segment gives to the page is among its newest.
      if (kept++ < offset + limit) candidates.push(placeOf(part, row));
    });
    for (const record of looseOf(part, selection)) {
      total++;
      candidates.push({ id: record.id, record });
    }
  });
  candidates.sort((one, other) => (one.id < other.id ? 1 : -1));
  return { found: candidates.slice(offset, offset + limit), total };
};

/** The records of what was found; what retention has deleted meanwhile is left out. */
export const readFound = async (index: JournalIndex, found: readonly Found[]): Promise<ExchangeRecord[]> => {
  const records = await index.readRecords(found.filter((one): one is JournalPlace => 'segment' in one));
  let next = 0;
  return found
    .map((one) => ('record' in one ? one.record : records[next++]))
    .filter((record) => record !== undefined);
};
