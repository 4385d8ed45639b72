import { GatewayError } from '../base/errors.ts';
import type { Clock } from '../base/time/clock.ts';
import type { StorageFallback } from '../config/settings/storage-settings.ts';
import { createLimitCounter } from '../guard/limits/create-limit-counter.ts';
import { type Counts, type LimitPlace, windowOf } from '../guard/limits/limit-place.ts';
import type { LimitCounter, Taken } from '../guard/limits/limit-port.ts';
import { type LimitSubject, limitScopeText, type RateLimit } from '../guard/limits/rate-limit.ts';
import { PARTS } from '../guard/limits/sliding-window.ts';
import type { Database } from './database.ts';
import type { GuardedCall } from './guarded-call.ts';
import { settleWithin } from './settle-within.ts';

export interface PostgresLimitCounter extends LimitCounter {
  /** Other limits from now on; what was counted stays with those that remain. */
  define(limits: readonly RateLimit[]): void;
  readonly limits: readonly RateLimit[];
  /** Resolves when everything that has ended until now is counted in the database. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface PostgresLimitDeps {
  readonly limits: readonly RateLimit[];
  readonly database: Database;
  readonly guarded: GuardedCall;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly fallback: StorageFallback;
  readonly instance: string;
  /** By which windows slide; absent: the clock of the database. Whole milliseconds. */
  readonly windowClock?: () => number;
}

interface Standing {
  readonly now: number;
  readonly running: Readonly<Record<string, number>>;
  /** Ascending by part. */
  readonly parts: readonly (readonly [key: string, name: string, part: number, count: number])[];
}

interface Rule {
  readonly key: string;
  /** Null: it bounds what runs at once. */
  readonly name: string | null;
  readonly partMs: number | null;
  readonly parts: number | null;
  readonly needed: number;
  readonly limit: number;
  readonly mayBeAlone: boolean;
}

/** What a request was counted as, so that its end can correct that. */
interface Held {
  readonly key: string;
  readonly name: string;
  readonly part: number;
  readonly guessed: number;
}

/** What runs is said to run on, so often; what nobody has said that of for longer has died. */
const KEEP_EVERY_MS = 15_000;
const LEASE_MS = 60_000;
const CLOSE_WITHIN_MS = 1_000;
const TIDY_EVERY_MS = 600_000;
/** Of a page of limits. */
const MAX_SHOWN = 10_000;

const rulesOf = ({ key, limit }: LimitPlace, tokens: number): readonly Rule[] => [
  ...limit.rules.map((rule) => ({
    key,
    name: rule.name,
    partMs: rule.windowMs / PARTS,
    parts: PARTS,
    needed: rule.unit === 'requests' ? 1 : tokens,
    limit: rule.limit,
    mayBeAlone: rule.unit === 'tokens',
  })),
  ...(limit.concurrent === undefined
    ? []
    : [
        { key, name: null, partMs: null, parts: null, needed: 1, limit: limit.concurrent, mayBeAlone: false },
      ]),
];

/**
 * Limits of all gateways of a database. That decides; this process keeps a copy of what it was told last, which puts
 * the answers into words, and decides itself while the database is away, where the operator wants that.
 */
export const createPostgresLimitCounter = (deps: PostgresLimitDeps): PostgresLimitCounter => {
  const { limits, database, guarded, clock, fallback, instance, windowClock } = deps;
  /** How far the time of the database is ahead of this process's. */
  let aheadMs = 0;
  let frozenMs: number | undefined;
  const now = (): number => frozenMs ?? clock.monotonic() + aheadMs;
  const known = new Map<string, Counts>();
  const mirror = createLimitCounter(limits, { monotonic: now }, { known });
  const held = new Map<string, Held[]>();
  const underWay = new Set<Promise<unknown>>();

  const take = (standing: Standing, places: readonly LimitPlace[]): void => {
    aheadMs = standing.now - clock.monotonic();
    for (const { key, limit, counts } of places) {
      counts.running = standing.running[key] ?? 0;
      for (const rule of limit.rules) {
        const parts = standing.parts.filter((one) => one[0] === key && one[1] === rule.name);
        windowOf(counts, rule).replace(parts.map(([, , part, count]) => [part, count]));
      }
    }
  };
  const at = <Result>(ms: number, work: () => Result): Result => {
    frozenMs = ms;
    try {
      return work();
    } finally {
      frozenMs = undefined;
    }
  };
  const hold = (exchangeId: string, rules: readonly Rule[], nowMs: number): void => {
    const mine = held.get(exchangeId) ?? [];
    for (const { key, name, partMs, needed, mayBeAlone } of rules) {
      if (name === null || partMs === null || !mayBeAlone) continue;
      mine.push({ key, name, part: Math.floor(nowMs / partMs), guessed: needed });
    }
    held.set(exchangeId, mine);
  };
  const nowOrTheirs = 'coalesce($1::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)';
  const time = (): number | null => windowClock?.() ?? null;

  const run = (work: Promise<unknown>): void => {
    const settled: Promise<unknown> = work.catch(() => {}).finally(() => underWay.delete(settled));
    underWay.add(settled);
  };
  const finish = (exchangeId: string, corrections: readonly object[]): void =>
    // Where the database is away, its count of the window is too high, and slides out with that.
    run(database.query('SELECT gomodel.finish_limits($1, $2)', [exchangeId, JSON.stringify(corrections)]));
  const keep = (): void => {
    if (held.size === 0) return;
    run(
      database.query(`UPDATE gomodel.limit_running SET until_ms = ${nowOrTheirs} + $3 WHERE instance = $2`, [
        time(),
        instance,
        LEASE_MS,
      ]),
    );
  };
  const timers = [
    setInterval(keep, KEEP_EVERY_MS).unref(),
    setInterval(
      () => run(database.query(`SELECT gomodel.tidy_limits(${nowOrTheirs})`, [time()])),
      TIDY_EVERY_MS,
    ).unref(),
  ];

  const read = async (places: readonly LimitPlace[]): Promise<void> => {
    const rules = places.flatMap((place) => rulesOf(place, 0));
    const [row] = await database.query<{ answer: Standing }>(
      `SELECT gomodel.read_limits($2, $3, ${nowOrTheirs}) AS answer`,
      [time(), places.map(({ key }) => key), JSON.stringify(rules)],
    );
    if (row) take(row.answer, places);
  };
  /** What other gateways have counted, too. */
  const readAll = async (): Promise<void> => {
    const rows = await database.query<{ key: string }>(
      `SELECT key FROM gomodel.limit_heads ORDER BY key LIMIT ${MAX_SHOWN}`,
    );
    const places = rows.flatMap(({ key }) => {
      const [scope, child = ''] = key.split('\n');
      const limit = mirror.limits.find((one) => limitScopeText(one) === scope);
      if (!limit) return [];
      const counts = known.get(key) ?? { windows: new Map(), running: 0 };
      known.set(key, counts);
      return [{ key, limit, child, counts }];
    });
    await read(places);
  };

  const decideAlone = (exchangeId: string, subject: LimitSubject, tokens: number): Taken => {
    if (fallback === 'open') return mirror.take(exchangeId, subject, tokens);
    throw new GatewayError(
      'overloaded',
      `the database at ${database.place}, which keeps the rate limits, does not answer, and POSTGRES_FALLBACK is closed. Try again in a moment.`,
      { headers: { 'retry-after': '2' } },
    );
  };

  return {
    take: async (exchangeId, subject, given) => {
      const tokens = Math.round(given);
      const places = mirror.placesOf(subject);
      if (places.length === 0) return { kind: 'granted', standings: {} };
      const rules = places.flatMap((place) => rulesOf(place, tokens));
      const keys = places.map(({ key }) => key);
      const ask = async () => {
        const rows = await database.query<{ answer: Standing & { readonly isGranted: boolean } }>(
          `SELECT gomodel.take_limits($2, $3, $4, $5, ${nowOrTheirs}, $6) AS answer`,
          [time(), exchangeId, instance, keys, JSON.stringify(rules), LEASE_MS],
          { timeoutMs: 2_000 },
        );
        return rows[0]?.answer;
      };
      const answer = await guarded(ask, (late) => {
        // Nobody waits for it any more; what it has counted of tokens slides out.
        if (late?.isGranted && !held.has(exchangeId)) finish(exchangeId, []);
      });
      if (!answer) {
        const alone = decideAlone(exchangeId, subject, tokens);
        if (alone.kind === 'granted') hold(exchangeId, [], 0);
        return alone;
      }
      take(answer, places);
      if (answer.isGranted) hold(exchangeId, rules, answer.now);
      return at(answer.now, () => mirror.take(exchangeId, subject, tokens));
    },
    finish: (exchangeId, given) => {
      const tokens = Math.round(given);
      mirror.finish(exchangeId, tokens);
      const mine = held.get(exchangeId);
      if (!mine) return;
      held.delete(exchangeId);
      finish(
        exchangeId,
        mine.map(({ key, name, part, guessed }) => ({ key, name, part, by: tokens - guessed })),
      );
    },
    status: async (subject) => {
      // Where the database is away, what this process knows is shown.
      await (subject ? read(mirror.placesOf(subject)) : readAll()).catch(() => {});
      return mirror.status(subject);
    },
    define: mirror.define,
    get limits() {
      return mirror.limits;
    },
    flush: async () => {
      await Promise.all([...underWay]);
    },
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await settleWithin(CLOSE_WITHIN_MS, underWay);
    },
  };
};
