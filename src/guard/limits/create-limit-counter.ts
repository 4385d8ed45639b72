import type { Clock } from '../../base/time/clock.ts';
import { indexLimits } from './index-limits.ts';
import {
  type Counts,
  everyStatus,
  type FoundLimit,
  type LimitPlace,
  statusOf,
  windowOf,
} from './limit-place.ts';
import type { LimitCounter, LimitStatus, Standings, Taken } from './limit-port.ts';
import { type LimitSubject, limitScopeText, type RateLimit, type RateRule } from './rate-limit.ts';

interface Held {
  readonly place: LimitPlace;
  readonly atMs: number;
  readonly tokens: number;
}

export interface OwnLimitCounter extends LimitCounter {
  take(...input: Parameters<LimitCounter['take']>): Taken;
  status(subject?: LimitSubject): readonly LimitStatus[];
  placesOf(subject: LimitSubject): readonly LimitPlace[];
  /** Other limits from now on; what was counted stays with those that remain. */
  define(limits: readonly RateLimit[]): void;
  readonly limits: readonly RateLimit[];
}

export interface LimitCounterOptions {
  /** What was counted before, by key. */
  readonly known?: Map<string, Counts>;
  /** Asked where a limit is defined. @throws where another process counts */
  readonly checkAlone?: () => void;
}

/** Children of templates, such as sessions: those that were made first go first. */
const MAX_COUNTS = 50_000;
/** What runs for so long holds most of its time until it ends. */
const RETRY_RUNNING_MS = 1_000;
/** Between the scope and the child of what is counted; no scope has one. */
const SEPARATOR = '\n';

/** Counts in this process, by the monotonic clock: whoever sets the wall clock changes nothing. */
export const createLimitCounter = (
  first: readonly RateLimit[],
  clock: Pick<Clock, 'monotonic'>,
  { checkAlone = () => {}, known = new Map() }: LimitCounterOptions = {},
): OwnLimitCounter => {
  let limits = first;
  let find = indexLimits(first);
  const held = new Map<string, Held[]>();

  const countsOf = (key: string): Counts => {
    const found = known.get(key);
    if (found) return found;
    if (known.size >= MAX_COUNTS) {
      for (const [old, { running }] of known) {
        if (running > 0) continue;
        known.delete(old);
        break;
      }
    }
    const counts: Counts = { windows: new Map(), running: 0 };
    known.set(key, counts);
    return counts;
  };
  const placeOf = ({ limit, child }: FoundLimit): LimitPlace => {
    const key = `${limitScopeText(limit)}${SEPARATOR}${child}`;
    return { key, limit, child, counts: countsOf(key) };
  };
  const placesOf = (subject: LimitSubject): readonly LimitPlace[] => find(subject).map(placeOf);

  const neededOf = ({ unit }: RateRule, tokens: number): number => (unit === 'requests' ? 1 : tokens);

  const refusalOf = (place: LimitPlace, tokens: number, nowMs: number) => {
    const { limit, counts } = place;
    const { concurrent } = limit;
    if (concurrent !== undefined && counts.running >= concurrent) {
      const full = statusOf(place, 'concurrent', concurrent, counts.running);
      return { limit: full, retryAfterMs: RETRY_RUNNING_MS };
    }
    for (const rule of limit.rules) {
      const window = windowOf(counts, rule);
      const used = window.used(nowMs);
      const needed = neededOf(rule, tokens);
      // A request that is larger than its limit is let in where nothing else was: it would never be.
      const isAlone = rule.unit === 'tokens' && used === 0 && rule.limit > 0;
      if (used + needed <= rule.limit || isAlone) continue;
      const retryAfterMs =
        rule.limit === 0 ? rule.windowMs : window.waitMs(Math.max(0, rule.limit - needed), nowMs);
      return { limit: statusOf(place, rule.name, rule.limit, used), retryAfterMs };
    }
    return undefined;
  };

  const standingsOf = (places: readonly LimitPlace[], nowMs: number): Standings => {
    const standings: Standings = {};
    for (const { limit, counts } of places) {
      for (const rule of limit.rules) {
        const window = windowOf(counts, rule);
        const remaining = Math.max(0, rule.limit - window.used(nowMs));
        const tightest = standings[rule.unit];
        if (tightest && tightest.remaining <= remaining) continue;
        standings[rule.unit] = { limit: rule.limit, remaining, resetMs: window.waitMs(0, nowMs) };
      }
    }
    return standings;
  };

  /** A template has a place for each child that has counted, and one without a name where none has. */
  const everyPlace = (): readonly LimitPlace[] => {
    const childrenOf = new Map<string, string[]>();
    for (const key of known.keys()) {
      const [scope = '', child = ''] = key.split(SEPARATOR);
      const children = childrenOf.get(scope);
      if (children) children.push(child);
      else childrenOf.set(scope, [child]);
    }
    return limits.flatMap((limit) => {
      const children = limit.scope.each ? (childrenOf.get(limitScopeText(limit)) ?? []) : [''];
      if (children.length > 0) return children.map((child) => placeOf({ limit, child }));
      return [{ key: '', limit, child: '', counts: { windows: new Map(), running: 0 } }];
    });
  };

  return {
    placesOf,
    take: (exchangeId, subject, tokens) => {
      if (limits.length > 0) checkAlone();
      const nowMs = clock.monotonic();
      const places = placesOf(subject);
      const refusals = places.flatMap((place) => refusalOf(place, tokens, nowMs) ?? []);
      if (refusals.length > 0) {
        const longest = refusals.reduce((one, other) =>
          other.retryAfterMs > one.retryAfterMs ? other : one,
        );
        return { kind: 'refused', ...longest, standings: standingsOf(places, nowMs) };
      }
      const mine = held.get(exchangeId) ?? [];
      for (const place of places) {
        place.counts.running++;
        for (const rule of place.limit.rules) {
          windowOf(place.counts, rule).add(neededOf(rule, tokens), nowMs);
        }
        mine.push({ place, atMs: nowMs, tokens });
      }
      if (mine.length > 0) held.set(exchangeId, mine);
      return { kind: 'granted', standings: standingsOf(places, nowMs) };
    },
    finish: (exchangeId, tokens) => {
      const nowMs = clock.monotonic();
      for (const { place, atMs, tokens: guessed } of held.get(exchangeId) ?? []) {
        place.counts.running--;
        for (const rule of place.limit.rules) {
          if (rule.unit === 'tokens') {
            windowOf(place.counts, rule).correct(tokens - guessed, atMs, nowMs);
          }
        }
      }
      held.delete(exchangeId);
    },
    status: (subject) => {
      const nowMs = clock.monotonic();
      const places = subject ? placesOf(subject) : everyPlace();
      return places.flatMap((place) => everyStatus(place, nowMs));
    },
    define: (next) => {
      limits = next;
      find = indexLimits(next);
    },
    get limits() {
      return limits;
    },
  };
};
