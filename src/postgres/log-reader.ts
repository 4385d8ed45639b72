import { ambiguousId, MAX_EXAMPLES, normalizeId } from '../log/exchange-id.ts';
import type { ExchangeDetail, Facts, LogQuery, LogReader } from '../log/port.ts';
import type { Changes } from './changes.ts';
import { compileQuery } from './compile-query.ts';
import type { Database, Query } from './database.ts';
import { followDatabase } from './follow-database.ts';
import { createPostgresBodies } from './log-bodies.ts';
import { dayOfId, FACTS_COLUMNS, type FactsRow } from './log-columns.ts';
import { type Detail, type DetailRow, decodeDetail } from './log-detail.ts';
import { factsOfRow } from './log-facts.ts';
import { searchDatabase } from './search-database.ts';
import { sumDatabase } from './sum-database.ts';
import { findThreadInDatabase } from './thread-in-database.ts';

export interface PostgresReaderDeps {
  readonly database: Database;
  readonly changes: Changes;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

const BATCH = 200;
const FACTS_AT_ONCE = 4096;
/** Reading much takes longer than deciding. */
const READ_WITHIN_MS = 60_000;
/** Behind all ids that begin so. */
const BEHIND = '~';

/** The log of all gateways of a database. */
export const createPostgresReader = ({ database, changes, now }: PostgresReaderDeps): LogReader => {
  const bodies = createPostgresBodies(database);
  const query: Query = (text, values = []) => database.query(text, values, { timeoutMs: READ_WITHIN_MS });
  const recordsOf = (rows: readonly DetailRow[]) =>
    Promise.all(rows.map(async ({ detail }) => (await decodeDetail(detail)).record));

  /** Rows of a selection by id, ascending, in batches that are read one after another. */
  async function* scan<Row extends { readonly id: string }>(
    selected: LogQuery,
    columns: string,
    limit: number,
    newest = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<readonly Row[]> {
    if (newest <= 0) return;
    const { where, values } = compileQuery(selected, 4);
    let after = '';
    if (Number.isFinite(newest)) {
      const first = compileQuery(selected, 2);
      const [oldest] = await query<{ id: string }>(
        `SELECT id FROM gomodel.exchanges WHERE ${first.where} ORDER BY day DESC, id DESC OFFSET $1 LIMIT 1`,
        [newest, ...first.values],
      );
      after = oldest?.id ?? '';
    }
    for (;;) {
      const rows = await query<Row>(
        `SELECT ${columns} FROM gomodel.exchanges
          WHERE day >= $1::date AND id > $2 AND ${where} ORDER BY day, id LIMIT $3`,
        [after === '' ? '1970-01-01' : dayOfId(after), after, limit, ...values],
      );
      if (rows.length > 0) yield rows;
      if (rows.length < limit) return;
      after = rows.at(-1)?.id ?? '';
    }
  }
  const scanDetails = (selected: LogQuery, newest?: number): AsyncGenerator<readonly DetailRow[]> =>
    scan<DetailRow>(selected, 'id, instance, detail', BATCH, newest);

  const find = async (id: string): Promise<{ row: DetailRow; detail: Detail } | undefined> => {
    const prefix = normalizeId(id);
    const rows = await query<DetailRow>(
      `SELECT id, instance, detail FROM gomodel.exchanges WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3`,
      [prefix, prefix + BEHIND, MAX_EXAMPLES + 1],
    );
    const [row] = rows;
    if (rows.length > 1) {
      throw ambiguousId(
        prefix,
        rows.map((one) => one.id),
      );
    }
    return row && { row, detail: await decodeDetail(row.detail) };
  };

  return {
    page: async (selected, { limit, offset = 0, before }) => {
      const all = compileQuery(selected);
      const part = compileQuery(selected, 3);
      const next = part.values.length + 3;
      const [bound, behind] =
        before === undefined
          ? ['', []]
          : [` AND day <= $${next}::date AND id < $${next + 1}`, [dayOfId(before), before]];
      const [[count], rows] = await Promise.all([
        query<{ total: number }>(
          `SELECT count(*) AS total FROM gomodel.exchanges WHERE ${all.where}`,
          all.values,
        ),
        query<DetailRow>(
          `SELECT id, instance, detail FROM gomodel.exchanges WHERE ${part.where}${bound}
            ORDER BY day DESC, id DESC LIMIT $1 OFFSET $2`,
          [limit, offset, ...part.values, ...behind],
        ),
      ]);
      return { records: await recordsOf(rows), total: count?.total ?? 0 };
    },
    list: async function* (selected, { newest } = {}) {
      for await (const rows of scanDetails(selected, newest)) yield await recordsOf(rows);
    },
    details: async function* (selected) {
      for await (const rows of scanDetails(selected)) {
        for (const { instance, detail } of rows)
          yield await bodies.complete(instance, await decodeDetail(detail));
      }
    },
    get: async (id): Promise<ExchangeDetail | undefined> => {
      const found = await find(id);
      return found && bodies.complete(found.row.instance, found.detail);
    },
    body: async (id, side) => {
      const found = await find(id);
      return found && bodies.read(found.row.instance, found.detail.bodies[side]);
    },
    facts: async function* (selected): AsyncGenerator<readonly Facts[]> {
      for await (const rows of scan<FactsRow & { readonly id: string }>(
        selected,
        FACTS_COLUMNS,
        FACTS_AT_ONCE,
      ))
        yield rows.map(factsOfRow);
    },
    sums: (selected, by, timezone) => sumDatabase(query, selected, by, timezone),
    thread: (of) => findThreadInDatabase(query, of),
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
