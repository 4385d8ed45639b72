import type { CommonFacts, Facts, SummedFacts, UsageCell } from '../../../log/port.ts';
import type { Query } from '../../database.ts';
import { allOf, type Bind, type Clause, write } from '../clauses.ts';
import { FACTS_COLUMNS, TOKENS } from '../columns.ts';
import { type CompiledQuery, isNoProbe, ofKinds } from '../compile-query.ts';
import { type Row, usageOf } from '../facts.ts';
import type { FactsReader } from '../facts-reader.ts';
import {
  boundsOf,
  coverHalfHours,
  type DividedSpan,
  HALF_HOUR_MS,
  type Stretch,
  type SumsBy,
} from './half-hours.ts';

interface CellRow extends Row {
  readonly part: number;
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
/** Adds sums up, and takes those away that have been read too much. */
const addUp = (isSigned: boolean): string => {
  const of = (name: string): string => (isSigned ? `sign * ${name}` : name);
  // What reaches beyond a part bounds it; what is taken away does not.
  const bound = (call: string): string => (isSigned ? `${call} FILTER (WHERE sign > 0)` : call);
  return [
    `sum(${of('requests')}) AS requests`,
    `${bound('min(oldest_ms)')} AS oldest_ms`,
    `${bound('max(newest_ms)')} AS newest_ms`,
    `${bound('min(min_input)')} AS min_input`,
    `${bound('max(max_input)')} AS max_input`,
    ...SUMMED.map((name) => `sum(${of(name)})::bigint AS ${name}`),
  ].join(', ');
};

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
  const column = (name: 'grain' | 'from' | 'to' | 'part' | 'sign'): string =>
    `${bind(stretches.map((one) => one[name]))}::integer[]`;
  // Looked up one by one: the planner cannot know that each stretch is a small part of all.
  return `unnest(${column('grain')}, ${column('from')}, ${column('to')}, ${column('part')}, ${column('sign')})
      AS r (grain, first, next, part, sign) CROSS JOIN LATERAL (SELECT * FROM gomodel.usage_sums
        WHERE grain = r.grain AND start >= r.first AND start < r.next AND band <> -2 OFFSET 0) AS s`;
};

const startsWithin = ({ inner }: DividedSpan): readonly Clause[] => [
  ...(Number.isFinite(inner.from)
    ? ([(bind) => `start >= ${bind(inner.from)}::integer`] satisfies Clause[])
    : []),
  ...(Number.isFinite(inner.to) ? ([(bind) => `start < ${bind(inner.to)}::integer`] satisfies Clause[]) : []),
];

/** What runs is summed by the half hour alone. */
export const runningWithin = (divided: DividedSpan): readonly Clause[] => [
  () => 'grain = 1 AND band = -2 AND requests > 0',
  ...startsWithin(divided),
];

/** As an array, so that the index is asked for each of them. */
const ofFewKinds = (divided: DividedSpan, { kinds }: CompiledQuery): readonly Clause[] => [
  () => 'grain = 1 AND band <> -2',
  (bind) => `kind_id = ANY(ARRAY(SELECT id FROM gomodel.kinds WHERE ${allOf(kinds, bind)}))`,
  ...startsWithin(divided),
];

export interface CellsWish {
  readonly divided: DividedSpan;
  /** On `usage_sums`. */
  readonly conditions: readonly Clause[];
  readonly splitAt: readonly number[];
  /** Kinds that are alike in these are one cell. */
  readonly facts: SummedFacts | undefined;
  /** True where sums may be taken from longer ones. */
  readonly isRough: boolean;
}

const MODEL = 'coalesce(model_id, id)';
/** What kinds have to have in common to be one cell. */
const COMMON: Readonly<Record<Exclude<SummedFacts, 'models'>, string>> = {
  clients: 'client_name, client_version',
  people: 'key_id, user_path, labels',
  outcomes: 'status, finish, error_origin, error_code, is_stream',
};

/** Kinds, each with the number of those that are alike. Some were written before there were kinds of models. */
const alikeBy = (facts: SummedFacts | undefined): string => {
  if (facts === undefined) return 'SELECT id, id AS alike FROM gomodel.kinds';
  const alike = facts === 'models' ? MODEL : `min(id) OVER (PARTITION BY ${MODEL}, ${COMMON[facts]})`;
  return `SELECT id, ${alike} AS alike FROM gomodel.kinds`;
};

/** The fewest sums that know what is selected and what is asked for. */
const sourceOf = ({ sumsBy }: CompiledQuery, facts: SummedFacts | undefined): SumsBy => {
  if (facts === 'models') return sumsBy;
  return facts === 'clients' && sumsBy === 'model' ? 'client' : 'kind';
};

/** Sums of the half hours of a query. */
export const readCells = async (
  { query, factsReader }: CellsDeps,
  compiled: CompiledQuery,
  { divided, conditions, splitAt, facts, isRough }: CellsWish,
): Promise<FoundCell[]> => {
  const splits = splitAt.map((ms) => ms / HALF_HOUR_MS);
  const source = sourceOf(compiled, facts);
  // Those of a few kinds are found by them, half hour by half hour: a day of all kinds has more.
  const isByKind = isRough && source === 'kind' && compiled.kinds.length > 0;
  const stretches = isByKind ? [] : coverHalfHours(divided.inner, source, { splits, isSigned: isRough });
  const bounds = boundsOf(divided.inner, splits).map((halfHours) => halfHours * HALF_HOUR_MS);
  const all = [...conditions, ...ofKinds(compiled), isNoProbe];
  const { text, values } = write((bind) => {
    const columns = `kind_id, band, requests, oldest_ms, newest_ms, min_input, max_input, ${SUMMED.join(', ')}`;
    const part = splits.length > 0 ? `width_bucket(start, ${bind(splits)}::integer[])` : '0';
    const alike = 'coalesce(alike, kind_id)';
    // That of the newest, whose exchange is shown for all.
    const told = facts === 'outcomes' ? '(max(ARRAY[newest_ms, kind_id]))[2]' : alike;
    return `SELECT part, ${told} AS kind_id, band, ${addUp(isRough)}
      FROM (${
        isByKind
          ? `SELECT ${part} AS part, 1 AS sign, ${columns} FROM gomodel.usage_sums
          WHERE ${allOf([...ofFewKinds(divided, compiled), ...conditions, isNoProbe], bind)}`
          : `SELECT part, sign, ${columns} FROM ${joinStretches(stretches, bind)} WHERE ${allOf(all, bind)}`
      }
        UNION ALL SELECT ${part}, 1, ${columns} FROM gomodel.usage_sums
          WHERE ${allOf([...runningWithin(divided), ...all], bind)}) AS found
        LEFT JOIN (${alikeBy(facts)}) AS k ON k.id = kind_id
      GROUP BY part, ${alike}, band HAVING sum(${isRough ? 'sign * ' : ''}requests) > 0`;
  });
  const rows = await query<CellRow>(text, values);
  const kindOf = await factsReader.kinds(rows.map((row) => row.kind_id));
  return rows.map((row) => ({
    facts: kindOf(row.kind_id) satisfies CommonFacts,
    requests: row.requests,
    usage: row.band >= 0 ? usageOf(row) : undefined,
    // A sum that was taken from a longer one began and ended within its part.
    oldestMs: Math.max(row.oldest_ms, bounds[row.part] ?? row.oldest_ms),
    newestMs: Math.min(row.newest_ms, (bounds[row.part + 1] ?? Number.POSITIVE_INFINITY) - 1),
    minInputTokens: row.min_input,
    maxInputTokens: row.max_input,
    cacheLosses: row.cache_losses ?? 0,
    lostTokens: row.lost_tokens ?? 0,
    ...((facts === undefined || facts === 'outcomes') && { kindId: row.kind_id }),
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
