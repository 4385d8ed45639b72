import { createHash } from 'node:crypto';
import type { Balanced, WeightedTarget } from '../route-model.ts';
import type { TargetHealth } from './target-health.ts';

/** Why a request went to the target that it went to. */
type BalanceReason = 'session' | 'turn' | 'cheapest' | 'fastest' | 'first';

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

/** Puts the targets of a name into the order in which they are to be asked. */
export type Balance = (balanced: Balanced, session: string | undefined) => BalancedOrder;

interface BalanceDeps {
  readonly health: Pick<TargetHealth, 'restOf' | 'latencyOf'>;
  /** What a typical request costs, in USD; undefined where no price is known. */
  readonly costOf: (target: WeightedTarget) => number | undefined;
}

/** Of sessions that went by speed: what else remembers where their cache is. */
const MAX_SESSIONS = 10_000;

export const nameOfTarget = ({
  provider,
  upstreamModel,
}: Pick<WeightedTarget, 'provider' | 'upstreamModel'>): string => `${provider}/${upstreamModel ?? ''}`;

const HASH_BYTES = 6;
const HASH_RANGE = 2 ** (8 * HASH_BYTES);

/** Between 0 and 1, the same in every process. */
const drawFor = (session: string, target: string): number =>
  (createHash('sha256').update(`${session}\0${target}`).digest().readUIntBE(0, HASH_BYTES) + 0.5) /
  HASH_RANGE;

/**
 * Weighted rendezvous hashing: over many sessions each target comes first as often as its weight says, and where
 * one goes, only its own sessions move.
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-bess-weighted-hrw
 */
const bySession = (targets: readonly WeightedTarget[], session: string): WeightedTarget[] =>
  targets
    .map((target) => ({ target, score: -target.weight / Math.log(drawFor(session, nameOfTarget(target))) }))
    .toSorted((one, other) => other.score - one.score)
    .map(({ target }) => target);

const ascending = (
  targets: readonly WeightedTarget[],
  measure: (target: WeightedTarget) => number,
): WeightedTarget[] => targets.toSorted((one, other) => measure(one) - measure(other));

export const createBalance = ({ health, costOf }: BalanceDeps): Balance => {
  /** Smooth weighted round robin: what each target of a name is owed. */
  const credits = new Map<string, Map<string, number>>();
  const fastest = new Map<string, string>();

  const inTurn = ({ alias, targets }: Balanced): WeightedTarget[] => {
    const owed = credits.get(alias) ?? new Map<string, number>();
    credits.set(alias, owed);
    const total = targets.reduce((sum, { weight }) => sum + weight, 0);
    const credited = targets.map((target) => {
      const credit = (owed.get(nameOfTarget(target)) ?? 0) + target.weight;
      owed.set(nameOfTarget(target), credit);
      return { target, credit };
    });
    const order = credited.toSorted((one, other) => other.credit - one.credit).map(({ target }) => target);
    const [first] = order;
    if (first) owed.set(nameOfTarget(first), (owed.get(nameOfTarget(first)) ?? 0) - total);
    return order;
  };

  /** The fastest for a new session, and for a known one the same as before. What was never asked goes first. */
  const bySpeed = ({ alias, targets }: Balanced, session: string | undefined): WeightedTarget[] => {
    const order = ascending(targets, (target) => health.latencyOf(nameOfTarget(target)) ?? -1);
    if (session === undefined) return order;
    const key = `${alias}\0${session}`;
    const known = fastest.get(key);
    const own = order.find((target) => nameOfTarget(target) === known);
    const first = own ?? order.find((target) => health.restOf(nameOfTarget(target)) === 0);
    if (first === undefined) return order;
    fastest.delete(key);
    fastest.set(key, nameOfTarget(first));
    const [oldest] = fastest.keys();
    if (fastest.size > MAX_SESSIONS && oldest !== undefined) fastest.delete(oldest);
    return [first, ...order.filter((target) => target !== first)];
  };

  const orderOf = (balanced: Balanced, session: string | undefined): [WeightedTarget[], BalanceReason] => {
    const { strategy, targets } = balanced;
    if (strategy === 'cost') {
      return [ascending(targets, (target) => costOf(target) ?? Number.POSITIVE_INFINITY), 'cheapest'];
    }
    if (strategy === 'latency') return [bySpeed(balanced, session), 'fastest'];
    if (strategy === 'failover') return [[...targets], 'first'];
    return session === undefined ? [inTurn(balanced), 'turn'] : [bySession(targets, session), 'session'];
  };

  return (balanced, session) => {
    const [order, reason] = orderOf(balanced, session);
    const isAble = (target: WeightedTarget): boolean => health.restOf(nameOfTarget(target)) === 0;
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
  };
};
