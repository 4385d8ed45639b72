import type { AdminLog } from '../guard/admin-log.ts';
import type { Database, Query } from './database.ts';

type Entry = Parameters<AdminLog['append']>[0];

export interface PostgresAdminLog extends AdminLog {
  /**
   * Runs a change; what it appends is written with what it has changed, or not at all.
   * @returns the result, and a function that writes the entries within the transaction of that change
   */
  collect<Result>(change: () => Result): {
    readonly result: Result;
    readonly write: (query: Query) => Promise<void>;
  };
}

const insert = async (query: Query, entries: readonly Entry[]): Promise<void> => {
  for (const entry of entries) {
    await query('INSERT INTO gomodel.admin_log (at, entry) VALUES ($1, $2)', [
      entry.at,
      JSON.stringify({ schemaVersion: 1, ...entry }),
    ]);
  }
};

/** The admin log of all gateways of a database. */
export const createPostgresAdminLog = (database: Database): PostgresAdminLog => {
  /** Set while a change runs, which is at once. */
  let collected: Entry[] | undefined;
  return {
    append: (entry) => {
      if (!collected) return insert(database.query, [entry]);
      collected.push(entry);
      return undefined;
    },
    latest: async (limit) => {
      const rows = await database.query<{ entry: Awaited<ReturnType<AdminLog['latest']>>[number] }>(
        'SELECT entry FROM gomodel.admin_log ORDER BY id DESC LIMIT $1',
        [limit],
      );
      return rows.map(({ entry }) => entry);
    },
    collect: (change) => {
      const entries: Entry[] = [];
      collected = entries;
      try {
        return { result: change(), write: (query) => insert(query, entries) };
      } finally {
        collected = undefined;
      }
    },
  };
};
