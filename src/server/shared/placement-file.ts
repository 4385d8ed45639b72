import { isObject } from '../../base/json-object.ts';
import type { KeptPlacement, PlacementKeeper } from '../../providers/balance/count-placements.ts';
import { MAX_PLACED_SESSIONS, REMEMBERED_FOR_MS } from '../../providers/balance/placement.ts';
import { openKeptLines } from './kept-lines.ts';

const parse = (value: unknown): KeptPlacement | undefined => {
  if (!isObject(value)) return undefined;
  const { name, session, home, usedAtMs } = value;
  const isWhole =
    typeof name === 'string' &&
    typeof session === 'string' &&
    typeof home === 'string' &&
    typeof usedAtMs === 'number';
  return isWhole ? { name, session, home, usedAtMs } : undefined;
};

/** Keeps in a file where sessions belong. */
export const openPlacementFile = (path: string, now: () => number): PlacementKeeper =>
  openKeptLines<KeptPlacement>({
    path,
    parse,
    keyOf: ({ session }) => session,
    maxEntries: MAX_PLACED_SESSIONS,
    isOver: ({ usedAtMs }) => now() - usedAtMs >= REMEMBERED_FOR_MS,
  });
