import { afterAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/postgres/database.ts';
import { createGuardedCall } from '../../src/postgres/guarded-call.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { createPostgresPlacements } from '../../src/postgres/placements.ts';
import { createSessionPlaces } from '../../src/providers/balance/session-places.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';
import { describePlacements } from '../support/providers/describe-placements.ts';

const postgres = usePostgres();
const open: { close(): unknown }[] = [];
afterAll(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const openGateway = (
  url: string,
): { database: Database; place: ReturnType<typeof createPostgresPlacements> } => {
  const database = openDatabase({
    url,
    maxConnections: 4,
    prepare: async (raw) => {
      await migrate(raw);
    },
  });
  open.push(database);
  // No test waits for a deadline here.
  const place = createPostgresPlacements(database, (call) => call());
  open.push(place);
  return { database, place };
};

describePlacements('placements counted in the database, for all gateways', async () => {
  const url = await postgres.server.createDatabase();
  const [one, other] = [openGateway(url), openGateway(url)];
  return {
    each: [one.place, other.place],
    wait: async (ms) => {
      await one.database.query(
        `UPDATE gomodel.placements SET used_at = used_at - $1 * interval '1 millisecond'`,
        [ms],
      );
    },
  };
});

it('sends sessions by their hash while the database is away', async () => {
  const database = openDatabase({
    url: 'postgres://nobody:x@127.0.0.1:9/x',
    maxConnections: 1,
    prepare: async () => {},
  });
  open.push(database);
  const guarded = createGuardedCall({
    ...{ what: 'placements', place: 'x', now: () => performance.now(), onChange: () => {} },
  });
  const placements = createPostgresPlacements(database, guarded);
  open.push(placements);
  const places = createSessionPlaces(placements, { monotonic: () => performance.now() });
  const targets = [{ name: 'east/m', weight: 1 }];
  await places.prepare({ name: 'smart', session: 's', targets, resting: [] }, 'east/m');
  expect(places.find('s')).toMatchObject({ at: 'east/m', isConfirmed: false });
});
