import { readdirSync, statSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrorCode } from '../../base/system-error.ts';
import { auditFolder, selectSegments } from '../journal/list-segments.ts';
import { isEndLine, parseExchangeLine, parseRecord } from '../journal/parse-journal-line.ts';
import { readLinesForward, startOfLine } from '../journal/read-lines.ts';
import { journalFile, type SegmentName } from '../journal/segment-name.ts';
import { readSegmentState } from '../journal/segment-state.ts';
import type { ExchangeRecord } from '../record.ts';

export interface FollowedExchange {
  readonly type: 'open' | 'close';
  readonly record: ExchangeRecord;
}

/** fs.watch loses events on some systems and file systems; asking for sizes is cheap and certain. */
const POLL_MS = 150;
/** Ends that are remembered, so that one that is told twice (by two recoveries) is passed on once. */
const REMEMBERED_ENDS = 10_000;

/** Up to where a segment was read. */
interface Place {
  offset: number;
  /** Taken by the snapshot, perhaps within a line. */
  isRaw: boolean;
  /** Nothing more will come. */
  isEnded: boolean;
}

interface TimedLine extends FollowedExchange {
  readonly at: number;
}

const orEmpty = <T>(read: () => T[]): T[] => {
  try {
    return read();
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT', 'ENOTDIR')) return [];
    throw cause;
  }
};

/** Where all segments end at this moment. */
const snapshot = (folder: string): Map<string, Place> => {
  const places = new Map<string, Place>();
  for (const { base, isErrors } of selectSegments(orEmpty(() => readdirSync(folder)))) {
    if (isErrors) continue;
    const size = statSync(join(folder, journalFile(base)), { throwIfNoEntry: false })?.size;
    if (size !== undefined) places.set(base, { offset: size, isRaw: true, isEnded: false });
  }
  return places;
};

/** Reads what a segment has gained, and moves its place behind it. */
const readGain = async (folder: string, segment: SegmentName, place: Place): Promise<TimedLine[]> => {
  const path = join(folder, journalFile(segment.base));
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= place.offset && !place.isRaw) return [];
  const gained: TimedLine[] = [];
  const file = await open(path).catch(() => undefined);
  if (!file) return [];
  try {
    if (place.isRaw) {
      place.offset = await startOfLine(file, place.offset);
      place.isRaw = false;
      const { state } = await readSegmentState(folder, segment);
      place.isEnded = state === 'ended';
    }
    for await (const { lines, endOffset } of readLinesForward(file, place.offset)) {
      place.offset = endOffset;
      for (const text of lines) {
        const line = parseExchangeLine(text);
        const record = line && !line.isAgain ? parseRecord(line) : undefined;
        if (line && record) gained.push({ type: line.kind, at: line.at, record });
        else if (isEndLine(text)) place.isEnded = true;
      }
    }
    return gained;
  } finally {
    await file.close();
  }
};

/**
 * What happens from this call on, by all gateways that write here: across rotation, midnight, restarts and
 * deleted segments, each line once. Where the log does not exist yet, it is waited for.
 *
 * The point from which it follows is taken by the call itself: whoever wants the newest exchanges first,
 * and then what follows, calls this, then `queryExchanges`, and leaves out what it has shown already.
 * @param options signal: ends the iteration
 */
export const followExchanges = (
  dataDir: string,
  { signal }: { readonly signal: AbortSignal },
): AsyncIterable<FollowedExchange> => {
  const folder = auditFolder(dataDir);
  const places = snapshot(folder);
  return { [Symbol.asyncIterator]: () => follow(folder, places, signal) };
};

async function* follow(
  folder: string,
  places: Map<string, Place>,
  signal: AbortSignal,
): AsyncGenerator<FollowedExchange> {
  const ended = new Set<string>();
  while (!signal.aborted) {
    const gained: TimedLine[] = [];
    const present = selectSegments(await readdir(folder).catch(() => []));
    for (const segment of present) {
      if (segment.isErrors) continue;
      const place = places.get(segment.base) ?? { offset: 0, isRaw: false, isEnded: false };
      places.set(segment.base, place);
      if (!place.isEnded) gained.push(...(await readGain(folder, segment, place)));
    }
    gained.sort((one, other) => one.at - other.at);
    for (const { type, record } of gained) {
      if (ended.has(record.id)) continue;
      if (type === 'close') ended.add(record.id);
      yield { type, record };
      if (signal.aborted) return;
    }
    for (const id of ended) {
      if (ended.size <= REMEMBERED_ENDS) break;
      ended.delete(id);
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  }
}
