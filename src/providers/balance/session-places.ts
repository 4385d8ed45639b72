import type { Clock } from '../../base/time/clock.ts';
import {
  ACTIVE_FOR_MS,
  MAX_PLACED_SESSIONS,
  type Placement,
  type PlacementRequest,
  type Placements,
} from './placement.ts';

/** What has changed about a session's place: it has got one, or is back where it belongs. */
type PlaceNews = 'placed' | 'returned';

/** What this process knows of a session's place. */
interface SessionPlace {
  readonly home: string;
  readonly at: string;
  /** False where whoever counts has not been heard: another process goes by the same hash. */
  readonly isConfirmed: boolean;
}

/** Remembers in this process where sessions are, and asks who counts them. */
export interface SessionPlaces {
  /**
   * Finds the place of a session.
   * @param byHash where it goes if nobody answers in time
   * @returns undefined where it is known already; else a promise that never rejects
   */
  prepare(request: PlacementRequest, byHash: string): Promise<void> | undefined;
  find(session: string): SessionPlace | undefined;
  /** What has changed, told once. */
  takeNews(session: string): PlaceNews | undefined;
}

/**
 * No request waits longer to learn its place, and only the first one of a session waits at all: for a millisecond as a
 * rule. Whoever needs so long has died; a database is given up far sooner, by whoever asks it.
 */
const ANSWER_WITHIN_MS = 2_000;
/** After so many calls in a row without an answer nobody waits, for a while. */
const MAX_UNANSWERED = 3;
const PAUSE_MS = 1_000;
/** A session that goes on is heard of so often. */
const REFRESH_MS = ACTIVE_FOR_MS / 12;

interface Remembered extends SessionPlace {
  readonly askedAtMs: number;
  news: PlaceNews | undefined;
}

const orLate = async (answer: Promise<Placement | undefined>): Promise<Placement | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    // An answer that has arrived while this process was busy is not late.
    timer = setTimeout(() => setImmediate(resolve, undefined), ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
};

export const createSessionPlaces = (
  placements: Placements,
  clock: Pick<Clock, 'monotonic'>,
): SessionPlaces => {
  const known = new Map<string, Remembered>();
  let unanswered = 0;
  let pausedUntilMs = 0;

  const remember = (session: string, place: Omit<Remembered, 'askedAtMs'>): void => {
    known.delete(session);
    known.set(session, { ...place, askedAtMs: clock.monotonic() });
    const [oldest] = known.keys();
    if (known.size > MAX_PLACED_SESSIONS && oldest !== undefined) known.delete(oldest);
  };
  const newsOf = (before: Remembered | undefined, { home, at, isNew }: Placement): PlaceNews | undefined => {
    const isBack = before !== undefined && before.at !== at && at === home;
    if (isBack) return 'returned';
    return isNew ? 'placed' : before?.news;
  };
  const take = ({ session }: PlacementRequest, byHash: string, placement: Placement | undefined): void => {
    const before = known.get(session);
    if (placement) {
      unanswered = 0;
      remember(session, { ...placement, isConfirmed: true, news: newsOf(before, placement) });
      return;
    }
    if (++unanswered >= MAX_UNANSWERED) pausedUntilMs = clock.monotonic() + PAUSE_MS;
    if (!before) remember(session, { home: byHash, at: byHash, isConfirmed: false, news: undefined });
  };
  const isCurrent = ({ session, targets, resting }: PlacementRequest): boolean => {
    const place = known.get(session);
    if (!place) return false;
    const isTarget = (one: string): boolean => targets.some(({ name }) => name === one);
    const isResting = (one: string): boolean => resting.includes(one);
    const isRight = isResting(place.home) ? !isResting(place.at) : place.at === place.home;
    const isFresh = place.isConfirmed && clock.monotonic() - place.askedAtMs < REFRESH_MS;
    return isFresh && isRight && isTarget(place.home) && isTarget(place.at);
  };

  return {
    prepare: (request, byHash) => {
      if (isCurrent(request)) return undefined;
      const { suggested, ...asked } = request;
      const place = known.get(request.session);
      // Who was sent somewhere while nobody answered stays there.
      const wish = place && !place.isConfirmed ? place.at : suggested;
      if (clock.monotonic() < pausedUntilMs) {
        if (!place)
          remember(request.session, { home: byHash, at: byHash, isConfirmed: false, news: undefined });
        return undefined;
      }
      const answer = placements.place({ ...asked, ...(wish !== undefined && { suggested: wish }) });
      if (answer instanceof Promise) return orLate(answer).then((placed) => take(request, byHash, placed));
      take(request, byHash, answer);
      return undefined;
    },
    find: (session) => known.get(session),
    takeNews: (session) => {
      const place = known.get(session);
      const news = place?.news;
      if (place) place.news = undefined;
      return news;
    },
  };
};
