import type { LogQuery, LogReader, SummedLog, SumWish } from '../../../log/port.ts';
import type { Query } from '../../database.ts';
import { compileQuery, isSummed } from '../compile-query.ts';
import type { FactsReader } from '../facts-reader.ts';
import { divideSpan, HALF_HOUR_MS, HALF_HOURS_OF_A_DAY, isHalfHour } from './half-hours.ts';
import { cellOf, type FoundCell, findNewestOf, readCells } from './read-cells.ts';
import { findTimes } from './spread-of-times.ts';

export interface SummedLogDeps {
  readonly query: Query;
  readonly facts: LogReader['facts'];
  readonly factsReader: FactsReader;
}

const DAY_MS = HALF_HOURS_OF_A_DAY * HALF_HOUR_MS;

/** Sums of a query, as `LogReader.summed` has them. */
export const createSummedLog =
  ({ query, facts, factsReader }: SummedLogDeps) =>
  async (
    selected: LogQuery,
    { splitAt = [], facts: wanted, isRough = false }: SumWish = {},
  ): Promise<SummedLog | undefined> => {
    const compiled = compileQuery(selected);
    if (!compiled.cells || !isSummed(compiled) || !splitAt.every(isHalfHour)) return undefined;
    const divided = divideSpan(compiled.span);
    const cells: FoundCell[] = await readCells({ query, factsReader }, compiled, {
      divided,
      conditions: compiled.cells,
      splitAt,
      facts: wanted,
      isRough,
    });
    for (const span of divided.edges) {
      for await (const batch of facts({ ...selected, span })) {
        for (const each of batch) if (!each.isProbe) cells.push(cellOf(each));
      }
    }
    const [state] = await query<{ before: number }>(
      `SELECT (dropped_before - '1970-01-01'::date)::bigint AS before FROM gomodel.log_state`,
    );
    const rowsSinceMs = (state?.before ?? 0) * DAY_MS;
    return {
      cells,
      hasRows: cells.every(({ oldestMs }) => oldestMs >= rowsSinceMs),
      newestOf: (some) => findNewestOf({ query, factsReader }, some),
      times: () => findTimes({ query, facts }, selected, compiled, { cells, rowsSinceMs }),
    };
  };
