import { GatewayError } from '../base/errors.ts';
import type { KeyBook, KeyStore } from '../guard/keys/key-store.ts';
import { parseBook } from '../guard/keys/parse-book.ts';
import type { PostgresAdminLog } from './admin-log.ts';
import type { Changes } from './changes.ts';
import type { Database, Query } from './database.ts';
import { type ListTable, lockTopic, markChanged, type Named, selectList, writeList } from './shared-list.ts';
import { type Versioned, watchShared } from './watch-shared.ts';

export interface SharedStateDeps {
  readonly database: Database;
  readonly changes: Changes;
  readonly adminLog: PostgresAdminLog;
  /** For how long what was read last counts while the database does not answer. Milliseconds. */
  readonly trustedForMs: number;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

const KEYS: ListTable = { table: 'keys', name: 'id' };
const POLICIES: ListTable = { table: 'policies', name: 'name' };

const READ = `SELECT revision, ${selectList(KEYS)} AS keys, ${selectList(POLICIES)} AS policies
  FROM gomodel.revisions WHERE topic = 'keys'`;

interface Row {
  readonly revision: number;
  readonly keys: unknown;
  readonly policies: unknown;
}

const byId = ({ keys }: KeyBook): readonly Named[] => keys.map((entry) => ({ name: entry.id, entry }));
const byName = ({ policies }: KeyBook): readonly Named[] =>
  policies.map((entry) => ({ name: entry.name, entry }));

/** Keys and policies of all gateways of a database. */
export const createPostgresKeyStore = (deps: SharedStateDeps): KeyStore => {
  const { database, adminLog } = deps;
  const unreadable = (cause: unknown): unknown => {
    if (cause instanceof GatewayError && !['storage_unavailable', 'keys_unreadable'].includes(cause.code))
      return cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    return new GatewayError(
      'keys_unreadable',
      `the keys in the database cannot be used: ${why} Nothing was changed.`,
      { cause },
    );
  };
  const read = async (query: Query): Promise<Versioned<KeyBook>> => {
    const [row] = await query<Row>(READ);
    const { revision = 0, keys = [], policies = [] } = row ?? {};
    return { revision, content: parseBook({ schemaVersion: 1, keys, policies }) };
  };
  const load = (): Promise<Versioned<KeyBook>> =>
    read(database.query).catch((cause: unknown) => {
      throw unreadable(cause);
    });
  return {
    load: async () => (await load()).content,
    update: async (change) => {
      try {
        return await database.transact(async (query) => {
          await lockTopic(query, 'keys');
          const { content: before } = await read(query);
          const { result: after, write } = adminLog.collect(() => change(before));
          if (after === before) return before;
          await writeList(query, KEYS, byId(before), byId(after));
          await writeList(query, POLICIES, byName(before), byName(after));
          await write(query);
          await markChanged(query, 'keys');
          return after;
        });
      } catch (cause) {
        throw unreadable(cause);
      }
    },
    watch: (onChange) => watchShared({ ...deps, topic: 'keys', load }, onChange),
  };
};
