import { appendFile } from 'node:fs/promises';
import { isObject, parseJson } from '../../base/json-object.ts';
import type { KeptPlacement, PlacementKeeper } from '../../providers/balance/count-placements.ts';
import { MAX_PLACED_SESSIONS, REMEMBERED_FOR_MS } from '../../providers/balance/placement.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';

/** What is appended beyond this is written anew, without what no longer holds. */
const MAX_LINES = 2 * MAX_PLACED_SESSIONS;
const MAX_BYTES = 16 * 2 ** 20;
const FILE_MODE = 0o600;

const parseLine = (line: string): KeptPlacement | undefined => {
  try {
    const value = parseJson(line);
    if (!isObject(value)) return undefined;
    const { name, session, home, usedAtMs } = value;
    const isWhole =
      typeof name === 'string' &&
      typeof session === 'string' &&
      typeof home === 'string' &&
      typeof usedAtMs === 'number';
    return isWhole ? { name, session, home, usedAtMs } : undefined;
  } catch {
    // Whoever wrote it was killed meanwhile.
    return undefined;
  }
};

const linesOf = (placements: Iterable<KeptPlacement>): string =>
  [...placements].map((placement) => `${JSON.stringify(placement)}\n`).join('');

/**
 * Keeps in a file where sessions belong: one line for each, added when it is placed. Where it cannot be written, a
 * gateway that starts again places them anew.
 */
export const openPlacementFile = (path: string, now: () => number): PlacementKeeper => {
  const kept = new Map<string, KeptPlacement>();
  let lines = 0;
  let waiting: KeptPlacement[] = [];
  let isWriting = false;

  const enter = (placement: KeptPlacement): void => {
    kept.delete(placement.session);
    kept.set(placement.session, placement);
    for (const { session, usedAtMs } of kept.values()) {
      if (kept.size <= MAX_PLACED_SESSIONS && now() - usedAtMs < REMEMBERED_FOR_MS) break;
      kept.delete(session);
    }
  };
  const writeOnce = async (): Promise<void> => {
    const added = waiting;
    waiting = [];
    lines += added.length;
    if (lines <= MAX_LINES) {
      await appendFile(path, linesOf(added), { mode: FILE_MODE });
      return;
    }
    lines = kept.size;
    await replacePrivateFile(path, linesOf(kept.values()));
  };
  /** Never rejects. */
  const write = async (): Promise<void> => {
    isWriting = true;
    while (waiting.length > 0) await writeOnce().catch(() => {});
    isWriting = false;
  };

  return {
    load: () => {
      const found = readRegularFile(path, { maxBytes: MAX_BYTES, followLinks: false });
      if (found.kind !== 'file') return [];
      const all = found.bytes.toString('utf8').split('\n');
      lines = all.length;
      for (const line of all) {
        const placement = line === '' ? undefined : parseLine(line);
        if (placement) enter(placement);
      }
      return [...kept.values()];
    },
    keep: (placement) => {
      enter(placement);
      waiting.push(placement);
      if (!isWriting) void write();
    },
  };
};
