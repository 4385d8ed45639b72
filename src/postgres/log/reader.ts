import { idTimeMs } from '../../base/ids.ts';
import { ambiguousId, MAX_EXAMPLES, normalizeId } from '../../log/exchange-id.ts';
import type { ExchangeDetail, Facts, LogQuery, LogReader } from '../../log/port.ts';
import type { FindBlock } from '../bodies/find-block.ts';
import type { Changes } from '../changes.ts';
import type { Database, Query } from '../database.ts';
import { createPostgresBodies } from './bodies.ts';
import { allOf, write } from './clauses.ts';
import { FACTS_COLUMNS } from './columns.ts';
import { compileQuery, rowClauses } from './compile-query.ts';
import { DETAIL_COLUMNS, type Detail, type DetailRow, decodeDetail } from './detail.ts';
import type { Row } from './facts.ts';
import { createFactsReader } from './facts-reader.ts';
import { followDatabase } from './follow-database.ts';
import { findNewest } from './newest-rows.ts';
import { scanRows } from './scan-rows.ts';
import { searchDatabase } from './search-database.ts';
import { createGradualCount } from './sums/count-gradually.ts';
import { ofDays } from './sums/day-ranges.ts';
import { findDays } from './sums/days.ts';
import { findSessionUses } from './sums/session-use.ts';
import { sumDatabase } from './sums/sum-database.ts';
import { createSummedLog } from './sums/summed-log.ts';
import { findThreadInDatabase } from './thread-in-database.ts';

export interface PostgresReaderDeps {
  readonly database: Database;
  readonly changes: Changes;
  /** Where bodies are read. */
  readonly findBlock: FindBlock;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

const BATCH = 200;
const FACTS_AT_ONCE = 4096;
/** Reading much takes longer than deciding. */
const READ_WITHIN_MS = 60_000;
/** Behind all ids that begin so. */
const BEHIND = '~';
const ULID_LENGTH = 26;

const dayAt = (ms: number | undefined, otherwise: string): string =>
  ms === undefined ? otherwise : new Date(ms).toISOString().slice(0, 10);

/** The days whose ids may begin so. */
const daysOfPrefix = (prefix: string): readonly [from: string, to: string] => {
  const filled = (digit: string): number | undefined =>
    idTimeMs(prefix.padEnd('req_'.length + ULID_LENGTH, digit));
  return [dayAt(filled('0'), '1970-01-01'), dayAt(filled('Z'), '9999-12-31')];
};

/** The log of all gateways of a database. */
export const createPostgresReader = ({
  database,
  changes,
  findBlock,
  now,
}: PostgresReaderDeps): LogReader => {
  const bodies = createPostgresBodies(findBlock);
  const query: Query = (text, values = []) => database.query(text, values, { timeoutMs: READ_WITHIN_MS });
  const factsReader = createFactsReader(query);
  const recordsOf = (rows: readonly DetailRow[]) => rows.map((row) => decodeDetail(row).record);

  async function* scanDetails(
    selected: LogQuery,
    newest = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<readonly DetailRow[]> {
    if (newest <= 0) return;
    const compiled = compileQuery(selected);
    const clauses = rowClauses(compiled);
    const days = await findDays(query, selected, compiled);
    const wish = { columns: DETAIL_COLUMNS, limit: BATCH };
    if (!Number.isFinite(newest)) {
      yield* scanRows<DetailRow>(query, days, clauses, wish);
      return;
    }
    // The newest one that is too old.
    const [last] = await findNewest<{ id: string }>(query, days, clauses, 'id', { limit: 1, offset: newest });
    yield* scanRows<DetailRow>(query, days, clauses, { ...wish, after: last?.id ?? '' });
  }

  async function* facts(selected: LogQuery): AsyncGenerator<readonly Facts[]> {
    const compiled = compileQuery(selected);
    const days = await findDays(query, selected, compiled);
    const wish = { columns: FACTS_COLUMNS, limit: FACTS_AT_ONCE };
    for await (const rows of scanRows<Row & { readonly id: string }>(
      query,
      days,
      rowClauses(compiled),
      wish,
    )) {
      yield await factsReader.read(rows);
    }
  }

  const summed = createSummedLog({ query, facts, factsReader });

  const find = async (id: string): Promise<{ row: DetailRow; detail: Detail } | undefined> => {
    const prefix = normalizeId(id);
    const { text, values } = write(
      (bind) => `SELECT ${DETAIL_COLUMNS} FROM gomodel.exchanges
        WHERE ${allOf([ofDays(...daysOfPrefix(prefix))], bind)} AND id >= ${bind(prefix)} AND id < ${bind(prefix + BEHIND)}
        ORDER BY id LIMIT ${bind(MAX_EXAMPLES + 1)}`,
    );
    const rows = await query<DetailRow>(text, values);
    const [row] = rows;
    if (rows.length > 1) {
      throw ambiguousId(
        prefix,
        rows.map((one) => one.id),
      );
    }
    return row && { row, detail: decodeDetail(row) };
  };

  const countGradually = createGradualCount({ query, now });

  return {
    page: async (selected, wish) => {
      const compiled = compileQuery(selected);
      const days = await findDays(query, selected, compiled);
      const clauses = rowClauses(compiled);
      const isCounted = days.every(({ count }) => count !== undefined);
      const counted = isCounted ? { days, isWhole: true } : await countGradually(selected, days);
      return {
        records: recordsOf(await findNewest<DetailRow>(query, counted.days, clauses, DETAIL_COLUMNS, wish)),
        total: counted.days.reduce((sum, { count = 0 }) => sum + count, 0),
        ...(!counted.isWhole && { isTotalLeast: true }),
      };
    },
    list: async function* (selected, { newest } = {}) {
      for await (const rows of scanDetails(selected, newest)) yield recordsOf(rows);
    },
    details: async function* (selected) {
      for await (const rows of scanDetails(selected)) {
        for (const row of rows) yield await bodies.complete(row.instance_id, decodeDetail(row));
      }
    },
    get: async (id): Promise<ExchangeDetail | undefined> => {
      const found = await find(id);
      return found && bodies.complete(found.row.instance_id, found.detail);
    },
    body: async (id, side) => {
      const found = await find(id);
      return found && bodies.read(found.row.instance_id, found.detail.bodies, side);
    },
    facts,
    sums: (selected, by, timezone) => sumDatabase({ facts, summed }, selected, by, timezone),
    summed,
    summedSessions: (selected) => findSessionUses({ query, facts, factsReader }, selected),
    thread: (of) => findThreadInDatabase({ query, factsReader }, of),
    searchBodies: (text, selected, wish) => searchDatabase({ query, bodies, now }, text, selected, wish),
    follow: (from, signal) => followDatabase({ database, changes }, from, signal),
    size: async () => {
      const [row] = await query<{ bytes: number }>(
        `SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint AS bytes FROM pg_inherits
          WHERE inhparent IN ('gomodel.exchanges'::regclass, 'gomodel.body_blocks'::regclass)`,
        [],
      );
      return { bytes: row?.bytes ?? 0 };
    },
    // The database belongs to who opened it.
    close: async () => {},
  };
};
