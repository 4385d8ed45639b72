import { join } from 'node:path';
import { createId } from '../base/ids.ts';
import type { Clock } from '../base/time/clock.ts';
import type { PostgresConfig } from '../config/read-storage.ts';
import type { AdminLog } from '../guard/admin-log.ts';
import { BUDGETS, type BudgetStore } from '../guard/budgets/budget-store.ts';
import type { KeyStore } from '../guard/keys/key-store.ts';
import { LIMITS, type LimitStore } from '../guard/limits/limit-store.ts';
import type { RateLimit } from '../guard/limits/rate-limit.ts';
import type { EndStore } from '../guard/people/end-store.ts';
import type { EntryStore } from '../guard/people/entry-store.ts';
import type { ClientEventLog } from '../log/events/client-event.ts';
import { createListeners } from '../log/listeners.ts';
import type { LogReader } from '../log/port.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Placements } from '../providers/balance/placement.ts';
import type { Holders } from '../providers/holders/holders.ts';
import { createPostgresAdminLog } from './admin-log.ts';
import { openBodies } from './bodies/open-bodies.ts';
import { createPostgresLedger, type PostgresLedger } from './budget-ledger.ts';
import { createChanges } from './changes.ts';
import { type Database, openDatabase } from './database.ts';
import { createPostgresDefinitionStore } from './definition-store.ts';
import { createPostgresEndStore } from './end-store.ts';
import { createPostgresEntryStore } from './entry-store.ts';
import { createPostgresEvents } from './event-log.ts';
import { createGuardedCall, type GuardedCall } from './guarded-call.ts';
import { createPostgresHolders } from './holders.ts';
import { type AnswerStore, createAnswerStore } from './kept-answers.ts';
import { createPostgresKeyStore } from './key-store.ts';
import { createPostgresLimitCounter, type PostgresLimitCounter } from './limit-counter.ts';
import { createPostgresReader } from './log/reader.ts';
import { type LogShipping, type ShipLogDeps, shipLog } from './log/ship-log.ts';
import { createPostgresSink } from './log/sink.ts';
import { migrate } from './migrate.ts';
import { createPostgresPlacements } from './placements.ts';
import { shareSecret } from './share-secret.ts';

/** What gateways share in one database. */
export interface PostgresStorage {
  readonly database: Database;
  readonly keyStore: KeyStore;
  readonly adminLog: AdminLog;
  readonly budgetStore: BudgetStore;
  readonly limitStore: LimitStore;
  readonly signIns: { readonly entries: EntryStore; readonly ends: EndStore };
  /** Counts what is spent and limited. @param instance of this gateway, the same in each of its runs */
  openCounting(limits: readonly RateLimit[], instance: string): PostgresCounting;
  /** Of all gateways' sessions. */
  readonly placements: Placements;
  /** Who holds what was stored through any of them. */
  readonly holders: Holders;
  /** Of all gateways. */
  readonly log: LogReader;
  /** Copies the log of this gateway into the database, from where an earlier run has stopped. */
  shipLog(of: ShippedLog): LogCopies;
  /** What clients tell of their tools, to any of the gateways. @param retentionDays 0: for ever */
  openEvents(retentionDays: number): ClientEventLog;
  /** That clients may go on from, whichever gateway they ask. */
  readonly answers: AnswerStore;
  /** @returns the secret of that name that all gateways have. @throws GatewayError storage_unavailable */
  shareSecret(name: string, own: Buffer): Promise<Buffer>;
  /** Told when the database is away, and what then decides; and when it answers again. */
  onNotice(listener: (text: string) => void): void;
  close(): Promise<void>;
}

/** The log of this gateway on its way to the others. */
export interface LogCopies {
  readonly ofRows: LogShipping;
  /** Absent where they go with the rows. */
  readonly ofBodies: LogShipping | undefined;
  /** Why the store of bodies does not do what it should. */
  readonly trouble: () => string | undefined;
}

/** The log of one gateway. */
interface ShippedLog extends Pick<ShipLogDeps, 'source' | 'recorder' | 'retentionDays'> {
  readonly dataDir: string;
  readonly instance: string;
}

interface PostgresCounting {
  readonly ledger: PostgresLedger;
  readonly limits: PostgresLimitCounter;
  close(): Promise<void>;
}

const CURSOR_FILE = 'shipped.json';
const AGAIN = 'PostgreSQL decides again about';
const INSTEAD = {
  open: 'requests are let in within what was last known to be left (POSTGRES_FALLBACK=open).',
  closed: 'requests that they hold for are refused (POSTGRES_FALLBACK=closed).',
} as const;

/** Where nothing may be guessed, keys count for so long after the database was last heard of. */
const TRUSTED_WHEN_CLOSED_MS = 60_000;

/** Opens the store of bodies that the configuration names. @param onTrouble told when it begins to fail, and when it works again */
export type OpenObjects = (onTrouble: (trouble: string | undefined) => void) => ObjectStore;

/** Connects when it is first asked; tables are made, or brought up to date, by then. */
export const openPostgresStorage = (
  { url, maxConnections, fallback, bodies: storesBodies }: PostgresConfig,
  clock: Clock,
  openObjects?: OpenObjects,
): PostgresStorage => {
  const database = openDatabase({
    url,
    maxConnections,
    prepare: async (raw) => {
      await migrate(raw);
    },
  });
  const changes = createChanges(database);
  const adminLog = createPostgresAdminLog(database);
  const shared = {
    database,
    changes,
    adminLog,
    trustedForMs: fallback === 'closed' ? TRUSTED_WHEN_CLOSED_MS : Number.POSITIVE_INFINITY,
    now: () => clock.monotonic(),
  };
  const notices = createListeners<string>();
  database.onTrouble((trouble) =>
    notices.tell(
      trouble
        ? `${trouble.message} Requests go on; keys count as they were last read.`
        : `PostgreSQL at ${database.place} answers again.`,
    ),
  );
  const answers = createAnswerStore(database);
  const objects = openObjects?.((trouble) =>
    notices.tell(
      trouble ? `${trouble} Requests go on.` : `The store of bodies, ${objects?.place}, works again.`,
    ),
  );
  const bodies = openBodies({ database, objects, writes: storesBodies?.writes ?? false });
  const guard = (what: string): GuardedCall =>
    createGuardedCall({
      what,
      place: database.place,
      now: () => clock.monotonic(),
      onChange: (problem) =>
        notices.tell(problem === undefined ? `${AGAIN} ${what}.` : `${problem}: ${INSTEAD[fallback]}`),
    });
  const holders = createPostgresHolders(database);
  const placements = createPostgresPlacements(
    database,
    createGuardedCall({
      what: 'where sessions are',
      place: database.place,
      now: () => clock.monotonic(),
      // That the database is away is told by itself; sessions go by their hash meanwhile.
      onChange: () => {},
    }),
  );
  return {
    openCounting: (limits, instance) => {
      const deps = { database, clock, fallback };
      const ledger = createPostgresLedger({ ...deps, guarded: guard('budgets'), instance });
      const counter = createPostgresLimitCounter({
        ...deps,
        limits,
        guarded: guard('rate limits'),
        instance: createId('run', clock.now()),
      });
      return {
        ledger,
        limits: counter,
        close: async () => {
          await Promise.all([ledger.close(), counter.close()]);
        },
      };
    },
    placements,
    holders,
    log: createPostgresReader({
      ...{ database, changes, now: () => clock.monotonic() },
      findBlock: bodies.findBlock,
    }),
    shipLog: ({ dataDir, instance, ...rest }) => {
      const common = { ...rest, now: () => clock.monotonic(), tell: notices.tell };
      const ofRows = shipLog({
        ...common,
        database,
        sink: createPostgresSink({
          database,
          instance,
          blockStore: bodies.inlineStore(dataDir),
          onUnstorable: (id, why) =>
            notices.tell(`The exchange ${id} is in the log of this gateway alone: ${why}`),
        }),
        folder: dataDir,
        cursorFile: join(dataDir, CURSOR_FILE),
      });
      const ofBodies = bodies.ship({ ...common, dataDir, instance });
      return { ofRows, ofBodies, trouble: () => objects?.trouble };
    },
    openEvents: (retentionDays) =>
      createPostgresEvents({ query: database.query, retentionDays, now: () => clock.monotonic() }),
    answers,
    shareSecret: (name, own) => shareSecret(database, name, own),
    onNotice: (listener) => void notices.add(listener),
    database,
    keyStore: createPostgresKeyStore(shared),
    adminLog,
    budgetStore: createPostgresDefinitionStore(shared, BUDGETS),
    signIns: {
      entries: createPostgresEntryStore(database, () => clock.now()),
      ends: createPostgresEndStore({
        ...{ database, changes, monotonic: () => clock.monotonic() },
        now: () => clock.now(),
      }),
    },
    limitStore: createPostgresDefinitionStore(shared, LIMITS),
    close: async () => {
      changes.close();
      placements.close();
      holders.close();
      await answers.close();
      objects?.close();
      await database.close();
    },
  };
};
