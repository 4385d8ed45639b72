import http from 'node:http';
import { openObjectStore } from '../../src/objects/object-store.ts';
import { createObjectBlocks } from '../../src/postgres/bodies/object-blocks.ts';
import { createTableBlocks } from '../../src/postgres/bodies/table-blocks.ts';
import { startObjectStore } from '../support/objects/start-object-store.ts';
import { describeBlockStore } from '../support/postgres/describe-block-store.ts';
import { openMigrated } from '../support/postgres/open-log.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();

describeBlockStore('bodies in a table', async () => {
  const database = await openMigrated(postgres.server);
  return { database, open: () => createTableBlocks(database), remove: () => database.close() };
});

describeBlockStore('bodies in an S3-compatible store', async () => {
  const database = await openMigrated(postgres.server);
  const server = await startObjectStore();
  const objects = openObjectStore({
    config: {
      credentials: { kind: 'static', ...server.credentials, sessionToken: undefined },
      ...{ bucket: server.bucket, prefix: 'gomodel', endpoint: server.endpoint, region: 'eu-test-1' },
      usesPathStyle: true,
    },
    agent: new http.Agent({ keepAlive: true }),
    now: () => performance.now(),
    onTrouble: () => {},
  });
  return {
    database,
    open: () => createObjectBlocks({ database, objects }),
    remove: async () => {
      objects.close();
      await server.stop();
      await database.close();
    },
  };
});
