import { onTestFinished } from 'vitest';
import { createId } from '../../../src/base/ids.ts';
import type { ExchangeRecord, LoggedExchange, LogReader, LogSink } from '../../../src/log/port.ts';
import { createFindBlock } from '../../../src/postgres/bodies/find-block.ts';
import { createTableBlocks } from '../../../src/postgres/bodies/table-blocks.ts';
import { createChanges } from '../../../src/postgres/changes.ts';
import { type Database, openDatabase } from '../../../src/postgres/database.ts';
import { createPostgresReader, type PostgresReaderDeps } from '../../../src/postgres/log/reader.ts';
import { createPostgresSink } from '../../../src/postgres/log/sink.ts';
import { migrate } from '../../../src/postgres/migrate.ts';
import type { PostgresServer } from './start-postgres.ts';

/** Opens a database, and brings its tables up to date. */
export const openMigrated = async (server: PostgresServer, maxConnections = 4): Promise<Database> =>
  openDatabase({
    url: await server.createDatabase(),
    maxConnections,
    prepare: async (raw) => {
      await migrate(raw);
    },
  });

export const NO_BLOCKS = { async *blocks() {} };

export interface OpenLog extends Omit<PostgresReaderDeps, 'now'> {
  readonly reader: LogReader;
  createSink(instance?: string): LogSink;
  /** Ids that a sink could not store. */
  readonly unstorable: readonly string[];
}

/** An empty log of a database of its own, until the test ends. */
export const openLog = async (server: PostgresServer): Promise<OpenLog> => {
  const database = await openMigrated(server);
  const blockStore = createTableBlocks(database);
  const unstorable: string[] = [];
  const changes = createChanges(database);
  onTestFinished(async () => {
    changes.close();
    await database.close();
  });
  const deps = { database, changes, findBlock: createFindBlock(database, [blockStore]) };
  return {
    ...deps,
    reader: createPostgresReader({ ...deps, now: () => performance.now() }),
    createSink: (instance = 'one') =>
      createPostgresSink({ database, instance, blockStore, onUnstorable: (id) => unstorable.push(id) }),
    unstorable,
  };
};

/** An exchange as it ended. */
export const loggedExchange = (atMs: number, more: Partial<ExchangeRecord> = {}): LoggedExchange => ({
  isEnded: true,
  record: {
    schemaVersion: 1,
    id: createId('req', atMs),
    startedAt: new Date(atMs).toISOString(),
    durationMs: 5,
    method: 'POST',
    path: '/v1/responses',
    transport: 'http',
    client: {},
    request: {},
    response: {},
    ...more,
  },
  requestHeaders: [],
  responseHeaders: [],
  bodies: {},
});

/** The same as it began. */
export const asBegun = ({ record, ...rest }: LoggedExchange): LoggedExchange => {
  const { durationMs: _, usage: _usage, status: _status, ...begun } = record;
  return { ...rest, isEnded: false, record: { ...begun, response: {} } };
};
