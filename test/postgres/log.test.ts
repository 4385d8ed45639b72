import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecorder } from '../../src/log/capture/recorder.ts';
import { openLogSource } from '../../src/log/files/copy-log.ts';
import { createChanges } from '../../src/postgres/changes.ts';
import { type Database, openDatabase } from '../../src/postgres/database.ts';
import { createPostgresReader } from '../../src/postgres/log-reader.ts';
import { createPostgresSink } from '../../src/postgres/log-sink.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { type LogShipping, shipLog } from '../../src/postgres/ship-log.ts';
import { describeLogReader } from '../support/log/describe-log-reader.ts';
import { writeLargeLog } from '../support/log/write-large-log.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();

const openMigrated = async (): Promise<Database> =>
  openDatabase({
    url: await postgres.server.createDatabase(),
    maxConnections: 4,
    prepare: async (raw) => {
      await migrate(raw);
    },
  });

describeLogReader('the log in PostgreSQL', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gomodel-postgres-log-'));
  const database = await openMigrated();
  const changes = createChanges(database);
  const limits = { logBodies: true, retentionDays: 0, maxDiskBytes: 0, secrets: [] };
  let shipping: LogShipping | undefined;
  return {
    startRecorder: async (clock) => {
      const recorder = await createRecorder({ dataDir, clock, ...limits });
      const own = shipLog({
        database,
        source: openLogSource(dataDir),
        sink: createPostgresSink({
          database,
          instance: 'one',
          onUnstorable: (_id, why) => {
            throw new Error(why);
          },
        }),
        folder: dataDir,
        cursorFile: join(dataDir, 'shipped.json'),
        recorder,
        retentionDays: 0,
        now: () => performance.now(),
        tell: () => {},
      });
      shipping = own;
      return {
        ...recorder,
        active: recorder.active,
        losses: recorder.losses,
        trouble: undefined,
        flush: async () => {
          await recorder.flush();
          await own.caughtUp();
        },
        close: async () => {
          await recorder.close();
          await own.close();
        },
      };
    },
    openReader: () => createPostgresReader({ database, changes, now: () => performance.now() }),
    fill: async (exchanges, days) => {
      writeLargeLog({ dataDir, exchanges, days });
      for (let shipped = 0; shipped < exchanges; ) {
        await shipping?.caughtUp();
        const [row] = await database.query<{ count: number }>('SELECT count(*) FROM gomodel.exchanges');
        shipped = row?.count ?? 0;
      }
    },
    remove: async () => {
      changes.close();
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
});
