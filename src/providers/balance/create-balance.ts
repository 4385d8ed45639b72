import { createHash } from 'node:crypto';
import type { Balanced, WeightedTarget } from '../route-model.ts';
import type { PlacementRequest } from './placement.ts';
import { rankByHash } from './rank-by-hash.ts';
import type { SessionPlaces } from './session-places.ts';
import type { TargetHealth } from './target-health.ts';

/**
 * Why a request went to the target that it went to. Of a session: it stays where it is, is new, is back at the target
 * where it belongs, or goes by its hash, because whoever counts sessions has not answered.
 */
type BalanceReason = 'session' | 'placed' | 'returned' | 'hash' | 'turn' | 'cheapest' | 'fastest' | 'first';

/** What a record says of the choice among several targets. */
export interface BalanceNote {
  readonly alias: string;
  readonly strategy: Balanced['strategy'];
  readonly reason: BalanceReason;
  /** Those that would have been asked, and are down or saturated, as `provider/model`. */
  readonly passedOver: readonly string[];
}

interface BalancedOrder {
  /** All targets: the one to ask first, then those to go on with. */
  readonly targets: readonly WeightedTarget[];
  readonly note: BalanceNote;
}

/** Chooses among the targets of a name. */
export interface Balance {
  /**
   * Finds out where a session is, before `order` is asked for it.
   * @param failed what this request has been refused by already, as `provider/model`
   * @returns undefined where there is nothing to wait for; else a promise that never rejects
   */
  prepare(
    balanced: Balanced,
    session: string | undefined,
    failed?: ReadonlySet<string>,
  ): Promise<void> | undefined;
  /** Puts the targets into the order in which they are to be asked. */
  order(balanced: Balanced, session: string | undefined, failed?: ReadonlySet<string>): BalancedOrder;
}

type IsAble = (target: WeightedTarget) => boolean;

interface BalanceDeps {
  readonly health: Pick<TargetHealth, 'restOf' | 'latencyOf'>;
  /** What a typical request costs, in USD; undefined where no price is known. */
  readonly costOf: (target: WeightedTarget) => number | undefined;
  readonly places: SessionPlaces;
}

type Ordered = readonly [targets: readonly WeightedTarget[], reason: BalanceReason];

export const nameOfTarget = ({
  provider,
  upstreamModel,
}: Pick<WeightedTarget, 'provider' | 'upstreamModel'>): string => `${provider}/${upstreamModel ?? ''}`;

/** In place of what a client has called its session, which may be long. */
const keyOf = (alias: string, session: string): string =>
  createHash('sha256').update(`${alias}\0${session}`).digest('base64url').slice(0, 22);

const ascending = (
  targets: readonly WeightedTarget[],
  measure: (target: WeightedTarget) => number,
): WeightedTarget[] => targets.toSorted((one, other) => measure(one) - measure(other));

export const createBalance = ({ health, costOf, places }: BalanceDeps): Balance => {
  /** Smooth weighted round robin: what each target of a name is owed. */
  const credits = new Map<string, Map<string, number>>();
  const ableBut =
    (failed: ReadonlySet<string> | undefined): IsAble =>
    (target) =>
      health.restOf(nameOfTarget(target)) === 0 && !failed?.has(nameOfTarget(target));

  /** Those that rest get no turn, and the others theirs by weight. */
  const inTurn = ({ alias, targets }: Balanced, isAble: IsAble): WeightedTarget[] => {
    const owed = credits.get(alias) ?? new Map<string, number>();
    credits.set(alias, owed);
    const able = targets.some(isAble) ? targets.filter(isAble) : targets;
    const total = able.reduce((sum, { weight }) => sum + weight, 0);
    const credited = able.map((target) => {
      const credit = (owed.get(nameOfTarget(target)) ?? 0) + target.weight;
      owed.set(nameOfTarget(target), credit);
      return { target, credit };
    });
    const order = credited.toSorted((one, other) => other.credit - one.credit).map(({ target }) => target);
    const [first] = order;
    if (first) owed.set(nameOfTarget(first), (owed.get(nameOfTarget(first)) ?? 0) - total);
    return [...targets.filter((target) => !able.includes(target)), ...order];
  };

  /** The fastest first; what was never asked before all others. */
  const bySpeed = (targets: readonly WeightedTarget[]): WeightedTarget[] =>
    ascending(targets, (target) => health.latencyOf(nameOfTarget(target)) ?? -1);

  const byHash = ({ alias, targets }: Balanced, session: string): WeightedTarget[] =>
    rankByHash(targets, nameOfTarget, keyOf(alias, session));

  /** The session's own target first, then those that are passed over with it, where it is for now, and all others. */
  const byPlace = (key: string, others: readonly WeightedTarget[], isAble: IsAble): Ordered => {
    const place = places.find(key);
    const named = (name: string): WeightedTarget | undefined =>
      others.find((target) => nameOfTarget(target) === name);
    const home = place && named(place.home);
    if (!place || !home) return [others, 'hash'];
    const at = isAble(home) ? home : (named(place.at) ?? home);
    const passed = at === home ? [] : others.filter((target) => !isAble(target));
    const order = new Set([home, ...passed, at, ...others]);
    return [[...order], places.takeNews(key) ?? (place.isConfirmed ? 'session' : 'hash')];
  };

  const orderOf = (balanced: Balanced, session: string | undefined, isAble: IsAble): Ordered => {
    const { alias, strategy, targets } = balanced;
    switch (strategy) {
      case 'cost':
        return [ascending(targets, (target) => costOf(target) ?? Number.POSITIVE_INFINITY), 'cheapest'];
      case 'failover':
        return [targets, 'first'];
      case 'latency': {
        const fastest = bySpeed(targets);
        if (session === undefined) return [fastest, 'fastest'];
        const [order, reason] = byPlace(keyOf(alias, session), fastest, isAble);
        return [order, reason === 'returned' ? reason : 'fastest'];
      }
      case 'round_robin':
        if (session === undefined) return [inTurn(balanced, isAble), 'turn'];
        return byPlace(keyOf(alias, session), byHash(balanced, session), isAble);
    }
  };

  return {
    prepare: (balanced, session, failed) => {
      const isAble = ableBut(failed);
      const { alias: name, strategy, targets } = balanced;
      const isPlaced = strategy === 'round_robin' || strategy === 'latency';
      if (session === undefined || !isPlaced) return undefined;
      const ranked = strategy === 'latency' ? bySpeed(targets) : byHash(balanced, session);
      const able = ranked.find(isAble) ?? ranked[0];
      if (!able) return undefined;
      const request: PlacementRequest = {
        name,
        session: keyOf(name, session),
        targets: ranked.map((target) => ({ name: nameOfTarget(target), weight: target.weight })),
        resting: ranked.filter((target) => !isAble(target)).map(nameOfTarget),
        ...(strategy === 'latency' && { suggested: nameOfTarget(able) }),
      };
      return places.prepare(request, nameOfTarget(able));
    },
    order: (balanced, session, failed) => {
      const isAble = ableBut(failed);
      const [order, reason] = orderOf(balanced, session, isAble);
      const able = order.filter(isAble);
      const resting = order.filter((target) => !isAble(target));
      const before = able[0] === undefined ? [] : order.slice(0, order.indexOf(able[0]));
      return {
        // Those that rest are asked as well where all others have failed.
        targets: [...able, ...ascending(resting, (target) => health.restOf(nameOfTarget(target)))],
        note: {
          alias: balanced.alias,
          strategy: balanced.strategy,
          reason,
          passedOver: before.map(nameOfTarget),
        },
      };
    },
  };
};
