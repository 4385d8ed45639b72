import { randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';
import type { Budget } from '../../src/guard/budgets/budget.ts';
import type { BudgetLedger } from '../../src/guard/budgets/ledger-port.ts';
import { createPostgresLedger } from '../../src/postgres/budget-ledger.ts';
import { type Database, openDatabase } from '../../src/postgres/database.ts';
import { createPostgresLimitCounter } from '../../src/postgres/limit-counter.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { describeBudgetLedger } from '../support/guard/describe-budget-ledger.ts';
import { describeLimitCounter } from '../support/guard/describe-limit-counter.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();
let shared: Database | undefined;
afterAll(() => shared?.close());

/** One for all tests, emptied before each. */
const emptied = async (): Promise<Database> => {
  shared ??= openDatabase({
    url: await postgres.server.createDatabase(),
    maxConnections: 4,
    prepare: async (raw) => {
      await migrate(raw);
    },
  });
  await shared.query(
    'TRUNCATE gomodel.budget_windows, gomodel.reservations, gomodel.limit_heads, gomodel.limit_parts, gomodel.limit_running',
  );
  return shared;
};

let last: Promise<unknown> = Promise.resolve();
/** One after the other: a counter that was never asked must not empty what the next one has counted. */
const openEmpty = (): Promise<Database> => {
  const database = last.then(emptied);
  last = database.catch(() => {});
  return database;
};

describeBudgetLedger('the ledger of all gateways of a database', async (clock) => {
  const database = await openEmpty();
  const instance = randomUUID();
  let budgets: readonly Budget[] = [];
  const open = () => {
    const ledger = createPostgresLedger({
      database,
      // No test waits for a deadline here.
      guarded: (call) => call(),
      clock,
      fallback: 'closed',
      instance,
      leaseClock: () => clock.monotonic(),
    });
    ledger.define(budgets);
    return ledger;
  };
  let current = open();
  // What was settled just now is on its way: here everybody waits for it.
  const ledger: BudgetLedger = {
    reserve: async (...input) => {
      await current.flush();
      return current.reserve(...input);
    },
    settle: (...input) => current.settle(...input),
    release: (id) => current.release(id),
    status: async (subject) => {
      await current.flush();
      return current.status(subject);
    },
  };
  return {
    ledger,
    define: (next) => {
      budgets = next;
      current.define(next);
    },
    restart: async () => {
      await current.flush();
      current = open();
    },
    remove: () => current.close(),
  };
});

describeLimitCounter('the counter of all gateways of a database', (limits, clock) => {
  const counter = openEmpty().then((database) =>
    createPostgresLimitCounter({
      limits,
      database,
      guarded: (call) => call(),
      clock,
      fallback: 'closed',
      instance: 'test',
      windowClock: () => clock.monotonic(),
    }),
  );
  // One that was never asked may still be on its way when the server goes.
  counter.catch(() => {});
  return {
    take: async (...input) => {
      await (await counter).flush();
      return (await counter).take(...input);
    },
    finish: (...input) => void counter.then((one) => one.finish(...input)),
    status: async (subject) => (await counter).status(subject),
  };
});
