import type { CommonFacts, Facts, UsageCell } from '../../../log/port.ts';
import type { Query } from '../../database.ts';
import { allOf, type Bind, type Clause, write } from '../clauses.ts';
import { FACTS_COLUMNS, TOKENS } from '../columns.ts';
import { type CompiledQuery, isNoProbe, ofKinds } from '../compile-query.ts';
import { type Row, usageOf } from '../facts.ts';
import type { FactsReader } from '../facts-reader.ts';
import { coverHalfHours, type DividedSpan, HALF_HOUR_MS, type Stretch } from './half-hours.ts';

interface CellRow extends Row {
  readonly kind_id: number;
  readonly band: number;
  readonly requests: number;
  readonly oldest_ms: number;
  readonly newest_ms: number;
  readonly min_input: number;
  readonly max_input: number;
  readonly cache_losses: number | null;
  readonly lost_tokens: number | null;
}

/** A cell, and what its exchanges are found by. */
export interface FoundCell extends UsageCell {
  readonly kindId?: number;
  readonly newest?: Facts;
}

export interface CellsDeps {
  readonly query: Query;
  readonly factsReader: FactsReader;
}

const SUMMED = [...TOKENS.map(([name]) => name), 'cache_losses', 'lost_tokens'];
const SUMS = SUMMED.map((name) => `sum(${name})::bigint AS ${name}`).join(', ');

/** One exchange. */
export const cellOf = (facts: Facts): FoundCell => {
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
    cacheLosses: 0,
    lostTokens: 0,
    newest: facts,
  };
};

/** Stretches of sums as a table, to be joined with `usage_sums` as `s`. */
export const joinStretches = (stretches: readonly Stretch[], bind: Bind): string => {
  const column = (name: 'grain' | 'from' | 'to' | 'part'): string =>
    `${bind(stretches.map((one) => one[name]))}::integer[]`;
  // Looked up one by one: the planner cannot know that each stretch is a small part of all.
  return `unnest(${column('grain')}, ${column('from')}, ${column('to')}, ${column('part')})
      AS r (grain, first, next, part) CROSS JOIN LATERAL (SELECT * FROM gomodel.usage_sums
        WHERE grain = r.grain AND start >= r.first AND start < r.next AND band <> -2 OFFSET 0) AS s`;
};

/** What runs is summed by the half hour alone. */
export const runningWithin = ({ inner }: DividedSpan): readonly Clause[] => [
  () => 'grain = 1 AND band = -2 AND requests > 0',
  ...(Number.isFinite(inner.from)
    ? ([(bind) => `start >= ${bind(inner.from)}::integer`] satisfies Clause[])
    : []),
  ...(Number.isFinite(inner.to) ? ([(bind) => `start < ${bind(inner.to)}::integer`] satisfies Clause[]) : []),
];

export interface CellsWish {
  readonly divided: DividedSpan;
  /** On `usage_sums`. */
  readonly conditions: readonly Clause[];
  readonly splitAt: readonly number[];
  /** True where kinds of one model are one cell. */
  readonly byModel: boolean;
}

/** Sums of the half hours of a query. */
export const readCells = async (
  { query, factsReader }: CellsDeps,
  compiled: CompiledQuery,
  { divided, conditions, splitAt, byModel }: CellsWish,
): Promise<FoundCell[]> => {
  const splits = splitAt.map((ms) => ms / HALF_HOUR_MS);
  const isOfModels = byModel && compiled.isOfModels;
  const stretches = coverHalfHours(divided.inner, isOfModels ? 'model' : 'kind', splits);
  const all = [...conditions, ...ofKinds(compiled), isNoProbe];
  const { text, values } = write((bind) => {
    const columns = `kind_id, band, requests, oldest_ms, newest_ms, min_input, max_input, ${SUMMED.join(', ')}`;
    const part = splits.length > 0 ? `width_bucket(start, ${bind(splits)}::integer[])` : '0';
    // The kinds of what runs are no models, and some were written before there were models.
    const [kind, from] = byModel
      ? ['coalesce(k.model_id, kind_id)', 'LEFT JOIN gomodel.kinds k ON k.id = kind_id']
      : ['kind_id', ''];
    return `SELECT ${kind} AS kind_id, band, sum(requests) AS requests,
        min(oldest_ms) AS oldest_ms, max(newest_ms) AS newest_ms,
        min(min_input) AS min_input, max(max_input) AS max_input, ${SUMS}
      FROM (SELECT part, ${columns} FROM ${joinStretches(stretches, bind)} WHERE ${allOf(all, bind)}
        UNION ALL SELECT ${part}, ${columns} FROM gomodel.usage_sums
          WHERE ${allOf([...runningWithin(divided), ...all], bind)}) AS found ${from}
      GROUP BY part, ${kind}, band HAVING sum(requests) > 0`;
  });
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
    cacheLosses: row.cache_losses ?? 0,
    lostTokens: row.lost_tokens ?? 0,
    ...(!byModel && { kindId: row.kind_id }),
  }));
};

/** The newest exchange of each cell by kind, where its row is there. */
export const findNewestOf = async (
  { query, factsReader }: CellsDeps,
  cells: readonly FoundCell[],
): Promise<ReadonlyMap<UsageCell, Facts>> => {
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
  const nameOf = (kindId: unknown, ms: unknown): string => `${kindId} ${ms}`;
  const places = new Map(rows.map((row, place) => [nameOf(row.kind_id, row.started_ms), place]));
  for (const cell of wanted) {
    const newest = known[places.get(nameOf(cell.kindId, cell.newestMs)) ?? -1];
    if (newest) found.set(cell, newest);
  }
  return found;
};
