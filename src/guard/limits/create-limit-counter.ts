import type { Clock } from '../../base/clock.ts';
import type { Subject } from '../budgets/budget.ts';
import { createScopeIndex, type Match } from '../budgets/index-by-scope.ts';
import type { LimitCounter, LimitStatus, Standings, Taken } from './limit-port.ts';
import {
  type CountedUnit,
  type LimitSubject,
  limitScopeText,
  type RateLimit,
  type RateRule,
} from './rate-limit.ts';
import { createSlidingWindow, type SlidingWindow } from './sliding-window.ts';

/** What one limit, or one child of a template, has counted. */
export interface Counts {
  readonly windows: readonly SlidingWindow[];
  running: number;
}

interface Held {
  readonly place: LimitPlace;
  readonly atMs: number;
  readonly tokens: number;
}

/** A limit that holds for a request. */
export interface LimitPlace {
  /** Of what it has counted. */
  readonly key: string;
  readonly limit: RateLimit;
  readonly child: string;
  readonly counts: Counts;
}

export interface OwnLimitCounter extends LimitCounter {
  take(...input: Parameters<LimitCounter['take']>): Taken;
  status(subject?: LimitSubject): readonly LimitStatus[];
  placesOf(subject: LimitSubject): readonly LimitPlace[];
}

/** Children of templates, such as sessions: those that were made first go first. */
const MAX_COUNTS = 50_000;
/** What runs for so long holds most of its time until it ends. */
const RETRY_RUNNING_MS = 1_000;

const isOfProvider = ({ scope }: RateLimit): boolean => scope.kind === 'provider';

const statusOf = ({ limit, child }: LimitPlace, name: string, most: number, used: number): LimitStatus => ({
  scope: limitScopeText(limit),
  ...(child !== '' && { child }),
  name,
  limit: most,
  used,
});

/**
 * Counts in this process, by the monotonic clock: whoever sets the wall clock changes nothing.
 * @param known what was counted before, by key
 */
export const createLimitCounter = (
  limits: readonly RateLimit[],
  clock: Pick<Clock, 'monotonic'>,
  known = new Map<string, Counts>(),
): OwnLimitCounter => {
  const ofClients = limits.flatMap((limit) => {
    const { scope } = limit;
    return scope.kind === 'provider' ? [] : [{ scope, limit }];
  });
  const findForClient = createScopeIndex(ofClients);
  const ofProviders = new Map(
    limits.filter(isOfProvider).map((limit) => [limit.scope.value, limit] as const),
  );
  const held = new Map<string, Held[]>();

  const countsOf = (limit: RateLimit, key: string): Counts => {
    const found = known.get(key);
    if (found) return found;
    if (known.size >= MAX_COUNTS) {
      for (const [old, { running }] of known) {
        if (running > 0) continue;
        known.delete(old);
        break;
      }
    }
    const counts = { windows: limit.rules.map(({ windowMs }) => createSlidingWindow(windowMs)), running: 0 };
    known.set(key, counts);
    return counts;
  };
  const placeOf = (limit: RateLimit, child: string): LimitPlace => {
    const key = `${limitScopeText(limit)}\n${child}`;
    return { key, limit, child, counts: countsOf(limit, key) };
  };
  const placesOf = (subject: LimitSubject): readonly LimitPlace[] => {
    const mine: readonly Match<{ limit: RateLimit }>[] = findForClient(subject satisfies Subject);
    const { provider, model } = subject;
    const names = provider === undefined ? [] : [provider, `${provider}/${model}`];
    const theirs = names.flatMap((name) => ofProviders.get(name) ?? []);
    return [
      ...mine.map(({ entry: { limit }, child }) => placeOf(limit, child)),
      ...theirs.map((limit) => placeOf(limit, '')),
    ];
  };

  const neededOf = ({ unit }: RateRule, tokens: number): number => (unit === 'requests' ? 1 : tokens);

  const refusalOf = (place: LimitPlace, tokens: number, nowMs: number) => {
    const { limit, counts } = place;
    const { concurrent } = limit;
    if (concurrent !== undefined && counts.running >= concurrent) {
      const full = statusOf(place, 'concurrent', concurrent, counts.running);
      return { limit: full, retryAfterMs: RETRY_RUNNING_MS };
    }
    for (const [index, rule] of limit.rules.entries()) {
      const window = counts.windows[index] as SlidingWindow;
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
      for (const [index, rule] of limit.rules.entries()) {
        const window = counts.windows[index] as SlidingWindow;
        const remaining = Math.max(0, rule.limit - window.used(nowMs));
        const known = standings[rule.unit as CountedUnit];
        if (known && known.remaining <= remaining) continue;
        standings[rule.unit] = { limit: rule.limit, remaining, resetMs: window.waitMs(0, nowMs) };
      }
    }
    return standings;
  };

  return {
    placesOf,
    take: (exchangeId, subject, tokens) => {
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
        for (const [index, rule] of place.limit.rules.entries()) {
          place.counts.windows[index]?.add(neededOf(rule, tokens), nowMs);
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
        for (const [index, rule] of place.limit.rules.entries()) {
          if (rule.unit === 'tokens') place.counts.windows[index]?.correct(tokens - guessed, atMs, nowMs);
        }
      }
      held.delete(exchangeId);
    },
    status: (subject) => {
      const nowMs = clock.monotonic();
      const places = subject
        ? placesOf(subject)
        : [...known].map(([key, counts]) => {
            const [scope, child = ''] = key.split('\n');
            return { key, child, counts, limit: limits.find((limit) => limitScopeText(limit) === scope) };
          });
      return places.flatMap(({ key, limit, child, counts }) => {
        if (!limit) return [];
        const place = { key, limit, child, counts };
        const rules = limit.rules.map((rule, index) =>
          statusOf(place, rule.name, rule.limit, counts.windows[index]?.used(nowMs) ?? 0),
        );
        const { concurrent } = limit;
        return concurrent === undefined
          ? rules
          : [...rules, statusOf(place, 'concurrent', concurrent, counts.running)];
      });
    },
  };
};
