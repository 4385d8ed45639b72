import { expect, it } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { MIGRATIONS } from '../../src/postgres/migrations/list-migrations.ts';
import { PASSWORD } from '../support/postgres/start-postgres.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();

it('is done once, however many gateways start at one time', async () => {
  const url = await postgres.server.createDatabase();
  const databases = Array.from({ length: 6 }, () => openDatabase({ url, maxConnections: 1 }));
  const applied = await Promise.all(databases.map((database) => migrate(database)));
  expect(applied.flat().map(({ id }) => id)).toEqual(MIGRATIONS.map(({ id }) => id));
  await Promise.all(databases.map((database) => database.close()));
});

it('changes nothing where a step fails', async () => {
  const url = await postgres.server.createDatabase();
  await postgres.server.run(url, 'CREATE SCHEMA gomodel; CREATE TABLE gomodel.admin_log ()');
  const database = openDatabase({ url, maxConnections: 1 });
  await expect(migrate(database)).rejects.toMatchObject({
    code: 'storage_unavailable',
    message: expect.stringContaining('already exists'),
  });
  await database.close();
  const tables = await postgres.server.run(url, `SELECT 1 FROM pg_tables WHERE schemaname = 'gomodel'`);
  expect(tables).toHaveLength(1);
});

it('leaves what a newer version has added alone', async () => {
  const url = await postgres.server.createDatabase();
  const database = openDatabase({ url, maxConnections: 1 });
  await migrate(database);
  await database.query(`INSERT INTO gomodel.migrations (id, name) VALUES (9999, 'newer')`);
  expect(await migrate(database)).toEqual([]);
  await database.close();
});

it.each([
  ['another database', (url: string) => url.replace(/test_\d+$/, 'none'), /none.*Create the database/],
  ['another port', (url: string) => url.replace(/:\d+\//, ':1/'), /:1\/.*ECONNREFUSED.*Start it/],
])('says what and where, and never the password: %s', async (_name, change, message) => {
  const url = change(await postgres.server.createDatabase());
  const database = openDatabase({ url, maxConnections: 1 });
  const error: unknown = await database.query('SELECT 1').catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: 'storage_unavailable', message: expect.stringMatching(message) });
  expect(String(error) + JSON.stringify(error)).not.toContain(PASSWORD);
  expect(database.trouble?.message).toMatch(message);
  await database.close();
});
