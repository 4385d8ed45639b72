/** Asks where a session of a name with several targets is to go. A value that can be sent to another process. */
export interface PlacementRequest {
  /** The name that stands for the targets: shares are counted for each by itself. */
  readonly name: string;
  /** Stands for the session within that name: a hash, of a fixed length. */
  readonly session: string;
  /** All targets; of those that are equally far below their shares the first one is taken. */
  readonly targets: readonly PlacementTarget[];
  /** Those of them that are down or saturated. */
  readonly resting: readonly string[];
  /** Where the session goes if it has no place yet, or none that can be asked. */
  readonly suggested?: string;
}

interface PlacementTarget {
  /** `provider/model`. */
  readonly name: string;
  /** Above 0. */
  readonly weight: number;
}

export interface Placement {
  /** Where the session belongs, because its prompt cache is there. */
  readonly home: string;
  /** Where it goes for now: another one while its home rests. */
  readonly at: string;
  /** It had no home before. */
  readonly isNew: boolean;
}

/**
 * Places sessions and counts them, in one place for all processes that share the traffic: a new session goes to the
 * target that is furthest below its share, and stays there.
 */
export interface Placements {
  /** @returns undefined where whoever counts does not answer, or a promise of that */
  place(request: PlacementRequest): Placement | undefined | Promise<Placement | undefined>;
}

/** How long a session counts after it was last heard of. */
export const ACTIVE_FOR_MS = 3_600_000;
/** How long it is known where it belongs. */
export const REMEMBERED_FOR_MS = 24 * 3_600_000;
/** Beyond these, the ones that were not heard of for longest are forgotten. */
export const MAX_PLACED_SESSIONS = 10_000;

/**
 * The target that is furthest below its share of the sessions, by their weights; of equals the first.
 * @param counts sessions by target
 */
export const furthestBelowShare = (
  targets: readonly PlacementTarget[],
  counts: ReadonlyMap<string, number>,
): string | undefined => {
  const countOf = ({ name }: PlacementTarget): number => counts.get(name) ?? 0;
  const weights = targets.reduce((sum, { weight }) => sum + weight, 0);
  const sessions = targets.reduce((sum, target) => sum + countOf(target), 1);
  let best: { readonly name: string; readonly missing: number } | undefined;
  for (const target of targets) {
    const missing = (target.weight / weights) * sessions - countOf(target);
    if (!best || missing > best.missing) best = { name: target.name, missing };
  }
  return best?.name;
};

/** Those that can be asked; all where none can. */
export const ableTargets = ({ targets, resting }: PlacementRequest): readonly PlacementTarget[] => {
  const able = targets.filter(({ name }) => !resting.includes(name));
  return able.length > 0 ? able : targets;
};
