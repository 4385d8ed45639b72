import { afterAll } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import { createPostgresHolders } from '../../src/postgres/holders.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';
import { describeHolders } from '../support/providers/describe-holders.ts';

const postgres = usePostgres();
const open: { close(): unknown }[] = [];
afterAll(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

describeHolders('holders known to all gateways of a database', async () => {
  const url = await postgres.server.createDatabase();
  const openGateway = () => {
    const database = openDatabase({
      ...{ url, maxConnections: 2 },
      prepare: async (raw) => {
        await migrate(raw);
      },
    });
    const holders = createPostgresHolders(database);
    open.push(database, holders);
    return holders;
  };
  return [openGateway(), openGateway()];
});
