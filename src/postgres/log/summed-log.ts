import type { CommonFacts, Facts, LogQuery, LogReader, SummedLog, UsageCell } from '../../log/port.ts';
import type { Query } from '../database.ts';
import { allOf, type Clause, write } from './clauses.ts';
import { FACTS_COLUMNS, TOKENS } from './columns.ts';
import { type CompiledQuery, compileQuery, isNoProbe, ofKinds } from './compile-query.ts';
import { withinHalfHours } from './days.ts';
import { type Row, usageOf } from './facts.ts';
import type { FactsReader } from './facts-reader.ts';
import { type DividedSpan, divideSpan, HALF_HOUR_MS, HALF_HOURS_OF_A_DAY, isHalfHour } from './half-hours.ts';
import { findSessions } from './session-use.ts';
import { findTimes } from './spread-of-times.ts';

export interface SummedLogDeps {
  readonly query: Query;
  readonly facts: LogReader['facts'];
  readonly factsReader: FactsReader;
}

interface CellRow extends Row {
  readonly kind_id: number;
  readonly band: number;
  readonly requests: number;
  readonly oldest_ms: number;
  readonly newest_ms: number;
  readonly min_input: number;
  readonly max_input: number;
}

/** A cell, and what its exchanges are found by. */
interface FoundCell extends UsageCell {
  readonly kindId?: number;
  readonly newest?: Facts;
}

const SUMS = TOKENS.map(([name]) => `sum(${name})::bigint AS ${name}`).join(', ');
const DAY_MS = HALF_HOURS_OF_A_DAY * HALF_HOUR_MS;

const cellOf = (facts: Facts): FoundCell => {
  const { startedAtMs, usage } = facts;
  const inputTokens = usage?.inputTokens ?? 0;
  return {
    facts,
    requests: 1,
    usage,
    oldestMs: startedAtMs,
    newestMs: startedAtMs,
    minInputTokens: inputTokens,
    maxInputTokens: inputTokens,
    newest: facts,
  };
};

/** Sums of a query, as `LogReader.summed` has them. */
export const createSummedLog = ({ query, facts, factsReader }: SummedLogDeps) => {
  const readCells = async (
    compiled: CompiledQuery,
    divided: DividedSpan,
    conditions: readonly Clause[],
    splitAt: readonly number[],
  ): Promise<FoundCell[]> => {
    const splits = splitAt.map((ms) => ms / HALF_HOUR_MS);
    const { text, values } = write(
      (bind) => `SELECT kind_id, band, sum(requests) AS requests,
          min(oldest_ms) AS oldest_ms, max(newest_ms) AS newest_ms,
          min(min_input) AS min_input, max(max_input) AS max_input, ${SUMS}
        FROM gomodel.usage_cells
        WHERE ${allOf([...withinHalfHours(divided), ...conditions, ...ofKinds(compiled), isNoProbe], bind)}
        GROUP BY kind_id, band${splits.length > 0 ? `, width_bucket(half_hour, ${bind(splits)}::integer[])` : ''}
        HAVING sum(requests) > 0`,
    );
    const rows = await query<CellRow>(text, values);
    const kindOf = await factsReader.kinds(rows.map((row) => row.kind_id));
    return rows.map((row) => ({
      facts: kindOf(row.kind_id) satisfies CommonFacts,
      requests: row.requests,
      usage: row.band >= 0 ? usageOf(row) : undefined,
      oldestMs: row.oldest_ms,
      newestMs: row.newest_ms,
      minInputTokens: row.min_input,
      maxInputTokens: row.max_input,
      kindId: row.kind_id,
    }));
  };

  const newestOf = async (cells: readonly FoundCell[]): Promise<ReadonlyMap<UsageCell, Facts>> => {
    const found = new Map<UsageCell, Facts>();
    for (const cell of cells) if (cell.newest) found.set(cell, cell.newest);
    const wanted = cells.filter(({ kindId }) => kindId !== undefined);
    if (wanted.length === 0) return found;
    const times = wanted.map(({ newestMs }) => newestMs);
    const days = [...new Set(times.map((ms) => new Date(ms).toISOString().slice(0, 10)))];
    const rows = await query<Row>(
      `SELECT ${FACTS_COLUMNS} FROM gomodel.exchanges WHERE day = ANY($1::date[])
        AND (kind_id, started_ms) IN (SELECT * FROM unnest($2::bigint[], $3::bigint[]))`,
      [days, wanted.map(({ kindId }) => kindId), times],
    );
    const known = await factsReader.read(rows);
    for (const cell of wanted) {
      const place = rows.findIndex((row) => row.kind_id === cell.kindId && row.started_ms === cell.newestMs);
      const newest = known[place];
      if (newest) found.set(cell, newest);
    }
    return found;
  };

  return async (selected: LogQuery, splitAt: readonly number[] = []): Promise<SummedLog | undefined> => {
    const compiled = compileQuery(selected);
    const hasStrays = compiled.strays.length > 0;
    if (!compiled.cells || hasStrays || compiled.until !== undefined || !splitAt.every(isHalfHour))
      return undefined;
    const divided = divideSpan(compiled.span);
    const cells = await readCells(compiled, divided, compiled.cells, splitAt);
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
      newestOf,
      sessions: () => findSessions({ query, facts, factsReader }, selected, compiled),
      times: () => findTimes({ query, facts }, selected, compiled, { cells, rowsSinceMs }),
    };
  };
};
