import { GatewayError } from '../base/errors.ts';
import type { Clock } from '../base/time/clock.ts';
import type { StorageFallback } from '../config/settings/storage-settings.ts';
import { type Budget, budgetId, type Subject } from '../guard/budgets/budget.ts';
import { createLedger } from '../guard/budgets/create-ledger.ts';
import { createScopeIndex, type Match } from '../guard/budgets/index-by-scope.ts';
import { counterKey, createCounters, nanoOf } from '../guard/budgets/ledger-counters.ts';
import type { Amount, BudgetLedger, Cost, Estimate, Reservation } from '../guard/budgets/ledger-port.ts';
import { createWindows } from '../guard/budgets/window.ts';
import { type BudgetWindow, readWindows } from './budget-windows.ts';
import type { Database } from './database.ts';
import type { GuardedCall } from './guarded-call.ts';
import { createSettlements, type Settlement } from './settlements.ts';

export interface PostgresLedger extends BudgetLedger {
  /** Other budgets from now on. */
  define(budgets: readonly Budget[]): void;
  readonly budgets: readonly Budget[];
  /** Resolves when everything that was settled until now is in the database. */
  flush(): Promise<void>;
  /** Writes what is settled, where the database answers. */
  close(): Promise<void>;
}

export interface PostgresLedgerDeps {
  readonly database: Database;
  readonly guarded: GuardedCall;
  readonly clock: Clock;
  readonly fallback: StorageFallback;
  /** What this gateway had reserved before it was started is freed. The same for each of its runs. */
  readonly instance: string;
  /** By which reservations grow old; absent: the clock of the database. Milliseconds. */
  readonly leaseClock?: () => number;
}

interface Answer {
  readonly verdict: 'granted' | 'refused' | 'reserved' | 'freed' | 'settled';
  readonly windows: readonly BudgetWindow[];
}

/** Of one budget of a request: what the database is asked for. */
interface Place {
  readonly key: string;
  readonly startMs: number;
  readonly limit: number;
  readonly input: number;
  readonly amount: number;
  readonly isHard: boolean;
}

const LEASE = '1 hour';
const FREE_EVERY_MS = 60_000;
const MAX_OPEN = 100_000;
/** What a page waits for that shows budgets. */
const FLUSH_WITHIN_MS = 200;

const NOTHING_HELD: Reservation = {
  kind: 'granted',
  warnings: [],
  tightest: undefined,
  outputRoom: {},
  stopsRunaways: false,
};

const NOBODY: Subject = {
  userPath: '/',
  keyId: undefined,
  labels: [],
  sessionId: undefined,
  runId: undefined,
};

const whole = ({ nanoUsd, tokens }: Amount): Amount => ({
  nanoUsd: Math.round(nanoUsd),
  tokens: Math.round(tokens),
});
const unitsOf = ({ unit }: Budget, { nanoUsd, tokens }: Amount): number =>
  unit === 'usd' ? nanoUsd : tokens;

/**
 * The ledger of all gateways of a database. That decides; this process keeps a copy of what it was told last, which
 * puts the answers into words, and decides itself while the database is away, where the operator wants that.
 */
export const createPostgresLedger = (deps: PostgresLedgerDeps): PostgresLedger => {
  const { database, guarded, clock, fallback, instance, leaseClock } = deps;
  let frozenMs: number | undefined;
  const now = (): number => frozenMs ?? clock.now();
  const windowOf = createWindows(now);
  const counters = createCounters();
  const mirror = createLedger({ clock: { ...clock, now }, counters });
  const open = new Map<string, readonly (Place & Pick<Match<Budget>, 'entry'>)[]>();
  let find = createScopeIndex<Budget>([]);
  const leaseNow = (): string | null => (leaseClock ? new Date(leaseClock()).toISOString() : null);

  /** Runs what must see one time and one state. */
  const at = <Result>(ms: number, windows: readonly BudgetWindow[], work: () => Result): Result => {
    // What has grown old in the copy is freed before it is overwritten: the database has freed its own.
    mirror.status(NOBODY);
    for (const { key, startMs, ...counts } of windows) Object.assign(counters.of(key, startMs), counts);
    frozenMs = ms;
    try {
      return work();
    } finally {
      frozenMs = undefined;
    }
  };
  const placesOf = (matches: readonly Match<Budget>[], { input, output }: Estimate) =>
    matches.map(({ entry, child }) => ({
      entry,
      key: counterKey(entry, child),
      startMs: windowOf(entry.period, entry.timezone).startMs,
      limit: entry.unit === 'usd' ? nanoOf(entry.limit) : entry.limit,
      input: unitsOf(entry, input),
      amount: unitsOf(entry, input) + unitsOf(entry, output),
      isHard: entry.enforcement !== 'soft',
    }));

  let freeing: Promise<unknown> | undefined;
  const free = (own: string | null): Promise<unknown> =>
    database.query('SELECT gomodel.free_budgets($1, coalesce($2::timestamptz, clock_timestamp()))', [
      own,
      leaseNow(),
    ]);
  /** What an earlier run of this gateway has left reserved ended with it. */
  const begin = (): Promise<unknown> => {
    freeing ??= free(instance).catch((cause: unknown) => {
      freeing = undefined;
      throw cause;
    });
    return freeing;
  };
  const timer = setInterval(() => void free(null).catch(() => {}), FREE_EVERY_MS).unref();

  const settlements = createSettlements({ database, instance, leaseNow, before: begin });
  const take = (exchangeId: string) => {
    const places = open.get(exchangeId) ?? [];
    open.delete(exchangeId);
    return places;
  };

  const decideAlone = (...input: Parameters<BudgetLedger['reserve']>): Reservation => {
    if (fallback === 'open') return mirror.reserve(...input);
    open.delete(input[0]);
    throw new GatewayError(
      'overloaded',
      `the database at ${database.place}, which keeps the budgets, does not answer, and POSTGRES_FALLBACK is closed. Try again in a moment.`,
      { headers: { 'retry-after': '2' } },
    );
  };

  const reserve = async (
    exchangeId: string,
    subject: Subject,
    given: Estimate,
    own: readonly Budget[] = [],
  ): Promise<Reservation> => {
    const estimate = { input: whole(given.input), output: whole(given.output) };
    const nowMs = clock.now();
    const matches = [...find(subject), ...own.map((entry) => ({ entry, child: subject.runId ?? '' }))];
    if (matches.length === 0) return NOTHING_HELD;
    const places = at(nowMs, [], () => placesOf(matches, estimate));
    open.set(exchangeId, open.get(exchangeId) ?? places);
    if (open.size > MAX_OPEN) open.delete(open.keys().next().value ?? '');
    const ask = async (): Promise<Answer | undefined> => {
      await begin();
      const rows = await database.query<{ answer: Answer }>(
        `SELECT gomodel.reserve_budgets($1, $2, $3, coalesce($4::timestamptz, clock_timestamp()), $5::interval) AS answer`,
        [exchangeId, instance, JSON.stringify(places.map(({ entry, ...place }) => place)), leaseNow(), LEASE],
        { timeoutMs: 2_000 },
      );
      return rows[0]?.answer;
    };
    const answer = await guarded(ask, (late) => {
      // It was refused, or has ended already: nobody else would free it.
      if (late?.verdict === 'granted' && !open.has(exchangeId)) settlements.release(exchangeId);
    });
    if (!answer) return decideAlone(exchangeId, subject, estimate, own);
    if (answer.verdict === 'settled' || answer.verdict === 'refused') open.delete(exchangeId);
    if (answer.verdict === 'settled') return NOTHING_HELD;
    return at(nowMs, answer.windows, () => mirror.reserve(exchangeId, subject, estimate, own));
  };

  const settle = (exchangeId: string, given: Cost): void => {
    const cost: Cost = { ...whole(given), listNanoUsd: Math.round(given.listNanoUsd) };
    const places = take(exchangeId);
    mirror.settle(exchangeId, cost);
    if (places.length === 0) return;
    const settlement: Settlement = {
      exchangeId,
      places: places.map(({ entry, key, startMs }) => ({ key, startMs, spent: unitsOf(entry, cost) })),
      tokens: cost.tokens,
      listNanoUsd: cost.listNanoUsd,
    };
    settlements.settle(settlement);
  };

  return {
    reserve,
    settle,
    release: (exchangeId) => {
      const places = take(exchangeId);
      mirror.release(exchangeId);
      if (places.length > 0) settlements.release(exchangeId);
    },
    status: async (subject) => {
      const nothing = { nanoUsd: 0, tokens: 0 };
      const nowMs = clock.now();
      const asked = at(nowMs, [], () =>
        subject
          ? placesOf(find(subject), { input: nothing, output: nothing })
          : mirror.budgets.map((entry) => ({
              key: budgetId(entry),
              startMs: windowOf(entry.period, entry.timezone).startMs,
            })),
      );
      // Where the database is away, what this process knows is shown.
      const windows = await (async () => {
        await settlements.flush(FLUSH_WITHIN_MS);
        await begin();
        await free(null);
        return readWindows(database, asked, subject === undefined);
      })().catch(() => []);
      return at(nowMs, windows, () => mirror.status(subject));
    },
    define: (next) => {
      mirror.define(next);
      find = createScopeIndex(next);
    },
    get budgets() {
      return mirror.budgets;
    },
    flush: () => settlements.flush(Number.POSITIVE_INFINITY),
    close: async () => {
      clearInterval(timer);
      await settlements.close();
    },
  };
};
