import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecorder } from '../../src/log/capture/recorder.ts';
import { openLogSource } from '../../src/log/files/copy-log.ts';
import { createFindBlock } from '../../src/postgres/bodies/find-block.ts';
import { createTableBlocks } from '../../src/postgres/bodies/table-blocks.ts';
import { createChanges } from '../../src/postgres/changes.ts';
import { createPostgresReader } from '../../src/postgres/log/reader.ts';
import { shipLog } from '../../src/postgres/log/ship-log.ts';
import { createPostgresSink } from '../../src/postgres/log/sink.ts';
import { describeLogReader } from '../support/log/describe-log-reader.ts';
import { fillLog } from '../support/postgres/fill-log.ts';
import { openMigrated } from '../support/postgres/open-log.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();

describeLogReader('the log in PostgreSQL', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gomodel-postgres-log-'));
  const database = await openMigrated(postgres.server);
  const changes = createChanges(database);
  const blockStore = createTableBlocks(database);
  const limits = { logBodies: true, retentionDays: 0, maxDiskBytes: 0, secrets: [] };
  return {
    startRecorder: async (clock) => {
      const recorder = await createRecorder({ dataDir, clock, ...limits });
      const own = shipLog({
        database,
        source: openLogSource(dataDir),
        sink: createPostgresSink({
          database,
          instance: 'one',
          blockStore,
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
    openReader: () =>
      createPostgresReader({
        ...{ database, changes, now: () => performance.now() },
        findBlock: createFindBlock(database, [blockStore]),
      }),
    fill: async (exchanges, days) => {
      await fillLog(database, { exchanges, days });
    },
    remove: async () => {
      changes.close();
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
});
