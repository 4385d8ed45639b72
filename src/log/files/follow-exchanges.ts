import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, parseJson } from '../../base/json-object.ts';
import { openIfThere } from '../../state/private-files.ts';
import { auditFolder, listSegments, listSegmentsNow } from '../journal/list-segments.ts';
import {
  type ExchangeLine,
  isEndLine,
  parseExchangeLine,
  parseRecord,
} from '../journal/parse-journal-line.ts';
import { readLinesForward, startOfLine } from '../journal/read-lines.ts';
import { journalFile, type SegmentName } from '../journal/segment-name.ts';
import { readSegmentState } from '../journal/segment-state.ts';
import type { Cursor, FollowedEvent } from '../port.ts';
import type { ExchangeRecord } from '../record.ts';

/** An event, before it is known from where it is to be told again. */
interface GainedEvent {
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
  /** There was more than is read at one look. */
  isCut: boolean;
}

/** A line that the log has gained. */
interface GainedLine extends GainedEvent {
  readonly at: number;
  readonly line: ExchangeLine;
}

/** What was gained at one look, by the time of writing; perhaps nothing. */
export interface GainedLines {
  readonly lines: readonly GainedLine[];
  /** Where following would go on to be told the same again, and what comes behind it. */
  readonly before: Cursor;
  readonly after: Cursor;
}

/** Where all segments end at this moment. */
const snapshot = (folder: string): Map<string, Place> => {
  const places = new Map<string, Place>();
  for (const { base, isErrors } of listSegmentsNow(folder)) {
    if (isErrors) continue;
    const size = statSync(join(folder, journalFile(base)), { throwIfNoEntry: false })?.size;
    if (size !== undefined) places.set(base, { offset: size, isRaw: true, isEnded: false, isCut: false });
  }
  return places;
};

/** Reads what a segment has gained, and moves its place behind it. */
const readGain = async (
  folder: string,
  segment: SegmentName,
  place: Place,
  maxBytes: number,
): Promise<GainedLine[]> => {
  const path = join(folder, journalFile(segment.base));
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= place.offset && !place.isRaw) return [];
  const gained: GainedLine[] = [];
  const file = await openIfThere(path).catch(() => undefined);
  if (!file) return [];
  try {
    if (place.isRaw) {
      place.offset = await startOfLine(file, place.offset);
      place.isRaw = false;
      const { state } = await readSegmentState(folder, segment);
      place.isEnded = state === 'ended';
    }
    const first = place.offset;
    for await (const { lines, endOffset } of readLinesForward(file, first)) {
      place.offset = endOffset;
      for (const text of lines) {
        const line = parseExchangeLine(text);
        const record = line && !line.isAgain ? parseRecord(line) : undefined;
        if (line && record) gained.push({ type: line.kind, at: line.at, record, line });
        else if (isEndLine(text)) place.isEnded = true;
      }
      place.isCut = endOffset - first >= maxBytes && endOffset < size;
      if (!place.isCut) continue;
      place.isEnded = false;
      break;
    }
    return gained;
  } finally {
    await file.close();
  }
};

const ENDED = -1;

/** The places of all segments, by which following goes on later. */
const encodeCursor = (places: ReadonlyMap<string, Place>): Cursor =>
  JSON.stringify(
    Object.fromEntries([...places].map(([base, { offset, isEnded }]) => [base, isEnded ? ENDED : offset])),
  );

const parseCursor = (cursor: Cursor): Map<string, Place> => {
  const value = parseJson(cursor);
  const places = new Map<string, Place>();
  for (const [base, offset] of Object.entries(isObject(value) ? value : {})) {
    if (typeof offset !== 'number' || !Number.isSafeInteger(offset)) continue;
    places.set(base, {
      offset: Math.max(0, offset),
      isRaw: offset > 0,
      isEnded: offset === ENDED,
      isCut: false,
    });
  }
  return places;
};

/**
 * What happens from a moment on, by all gateways that write here: across rotation, midnight, restarts and
 * deleted segments. Where the log does not exist yet, it is waited for.
 *
 * With `now`, the moment is that of the call itself: whoever wants the newest exchanges first, and then what
 * follows, calls this, then `queryExchanges`, and leaves out what it has shown already.
 * @throws GatewayError command_failed if the folder cannot be read
 * @param options from: `now`, or where an earlier following stopped; signal: ends the iteration
 */
export const followExchanges = (
  dataDir: string,
  { from = 'now', signal }: { readonly from?: 'now' | Cursor; readonly signal: AbortSignal },
): AsyncIterable<FollowedEvent> => {
  const folder = auditFolder(dataDir);
  const places = from === 'now' ? snapshot(folder) : parseCursor(from);
  return { [Symbol.asyncIterator]: () => follow(folder, places, signal) };
};

/**
 * The same by its lines, as whoever copies the log needs them.
 * @param from absent: everything that the log holds
 * @param maxBytes of a segment at one look, about; so much of a long log is in memory
 */
export const followLines = (
  dataDir: string,
  {
    from,
    signal,
    maxBytes,
  }: { readonly from: Cursor | undefined; readonly signal: AbortSignal; readonly maxBytes: number },
): AsyncIterable<GainedLines> =>
  gainLines(auditFolder(dataDir), from === undefined ? new Map() : parseCursor(from), signal, maxBytes);

async function* gainLines(
  folder: string,
  places: Map<string, Place>,
  signal: AbortSignal,
  maxBytes: number,
): AsyncGenerator<GainedLines> {
  let before: Cursor = encodeCursor(places);
  while (!signal.aborted) {
    const lines: GainedLine[] = [];
    // Where the folder cannot be read for a while, the places stay.
    const present = await listSegments(folder).catch(() => undefined);
    const names = new Set(present?.map(({ base }) => base));
    if (present) for (const base of places.keys()) if (!names.has(base)) places.delete(base);
    for (const segment of present ?? []) {
      if (segment.isErrors) continue;
      const place = places.get(segment.base) ?? { offset: 0, isRaw: false, isEnded: false, isCut: false };
      places.set(segment.base, place);
      if (place.isEnded) continue;
      lines.push(...(await readGain(folder, segment, place, maxBytes)));
    }
    lines.sort((one, other) => one.at - other.at);
    const after = lines.length > 0 ? encodeCursor(places) : before;
    yield { lines, before, after };
    before = after;
    if ([...places.values()].some(({ isCut }) => isCut)) continue;
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

async function* follow(
  folder: string,
  places: Map<string, Place>,
  signal: AbortSignal,
): AsyncGenerator<FollowedEvent> {
  const ended = new Set<string>();
  for await (const { lines, before, after } of gainLines(folder, places, signal, Number.POSITIVE_INFINITY)) {
    for (const [index, { type, record }] of lines.entries()) {
      if (ended.has(record.id)) continue;
      if (type === 'close') ended.add(record.id);
      // What was told while a batch was under way is told again.
      yield { type, record, cursor: index === lines.length - 1 ? after : before };
      if (signal.aborted) return;
    }
    for (const id of ended) {
      if (ended.size <= REMEMBERED_ENDS) break;
      ended.delete(id);
    }
  }
}
