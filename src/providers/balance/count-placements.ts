import type { Clock } from '../../base/time/clock.ts';
import {
  ACTIVE_FOR_MS,
  ableTargets,
  furthestBelowShare,
  MAX_PLACED_SESSIONS,
  type Placement,
  type PlacementRequest,
  type Placements,
  REMEMBERED_FOR_MS,
} from './placement.ts';

/** Where a session belongs, as it is kept between two runs. */
export interface KeptPlacement {
  readonly name: string;
  readonly session: string;
  readonly home: string;
  /** Milliseconds since 1970. */
  readonly usedAtMs: number;
}

/** Where placements outlive the process. */
export interface PlacementKeeper {
  /** Of earlier runs, in the order in which they were kept: of two for one session the later one holds. */
  load(): readonly KeptPlacement[];
  keep(placement: KeptPlacement): void;
}

interface Known {
  readonly name: string;
  readonly session: string;
  home: string;
  at: string;
  /** Where it was last while its home rested: not all processes learn of that at the same time. */
  guestAt: string | undefined;
  usedAtMs: number;
  keptAtMs: number;
}

interface OwnPlacements extends Placements {
  readonly place: (request: PlacementRequest) => Placement;
}

/** Placements of all sessions, counted in this process. */
export const countPlacements = (clock: Pick<Clock, 'now'>, keeper?: PlacementKeeper): OwnPlacements => {
  /** Those that count, and those that are only remembered; each from the one that was heard of first. */
  const active = new Map<string, Known>();
  const dormant = new Map<string, Known>();
  const counts = new Map<string, Map<string, number>>();

  const count = ({ name, at }: Known, by: 1 | -1): void => {
    const sessions = counts.get(name) ?? new Map<string, number>();
    counts.set(name, sessions);
    const next = (sessions.get(at) ?? 0) + by;
    if (next > 0) sessions.set(at, next);
    else sessions.delete(at);
    if (sessions.size === 0) counts.delete(name);
  };
  const retire = (known: Known): void => {
    active.delete(known.session);
    count(known, -1);
    known.at = known.home;
    dormant.set(known.session, known);
  };
  const tidy = (nowMs: number): void => {
    for (const known of active.values()) {
      const isOver = active.size + dormant.size > MAX_PLACED_SESSIONS && dormant.size === 0;
      if (!isOver && nowMs - known.usedAtMs < ACTIVE_FOR_MS) break;
      retire(known);
    }
    for (const { session, usedAtMs } of dormant.values()) {
      const isOver = active.size + dormant.size > MAX_PLACED_SESSIONS;
      if (!isOver && nowMs - usedAtMs < REMEMBERED_FOR_MS) break;
      dormant.delete(session);
    }
  };
  /** Puts a session behind all others, and counts it where it is. */
  const enter = (known: Known): void => {
    if (active.delete(known.session)) count(known, -1);
    dormant.delete(known.session);
    active.set(known.session, known);
  };
  const choose = (request: PlacementRequest): string => {
    const able = ableTargets(request);
    const suggested = able.find(({ name }) => name === request.suggested);
    return suggested?.name ?? furthestBelowShare(able, counts.get(request.name) ?? new Map()) ?? '';
  };
  const keep = (known: Known): void => {
    known.keptAtMs = known.usedAtMs;
    const { name, session, home, usedAtMs } = known;
    keeper?.keep({ name, session, home, usedAtMs });
  };

  for (const kept of keeper?.load() ?? []) {
    const known = { ...kept, at: kept.home, guestAt: undefined, keptAtMs: kept.usedAtMs };
    enter(known);
    count(known, 1);
    tidy(clock.now());
  }

  return {
    place: (request) => {
      const usedAtMs = clock.now();
      tidy(usedAtMs);
      const { name, session, targets, resting } = request;
      const isTarget = (one: string): boolean => targets.some((target) => target.name === one);
      const canAsk = (one: string): boolean => isTarget(one) && !resting.includes(one);
      const found = active.get(session) ?? dormant.get(session);
      const isNew = !found || !isTarget(found.home);
      const known = found ?? { name, session, home: '', at: '', guestAt: undefined, usedAtMs, keptAtMs: 0 };
      const { guestAt } = known;
      const settled = isNew
        ? undefined
        : [known.home, guestAt].find((one) => one !== undefined && canAsk(one));
      const at = settled ?? choose(request);
      enter(known);
      known.usedAtMs = usedAtMs;
      known.at = at;
      if (isNew) known.home = at;
      else if (at !== known.home) known.guestAt = at;
      count(known, 1);
      if (isNew || usedAtMs - known.keptAtMs >= ACTIVE_FOR_MS) keep(known);
      tidy(usedAtMs);
      return { home: known.home, at, isNew };
    },
  };
};
