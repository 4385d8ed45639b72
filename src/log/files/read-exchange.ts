import { join } from 'node:path';
import { idTimeMs } from '../../base/ids.ts';
import { openIfThere } from '../../state/private-files.ts';
import { findBodies, readBody } from '../bodies/read-body.ts';
import { ambiguousId, MAX_EXAMPLES, normalizeId } from '../exchange-id.ts';
import { markInterrupted } from '../interrupted.ts';
import { findLines } from '../journal/find-lines.ts';
import { auditFolder, listSegments } from '../journal/list-segments.ts';
import type { PlacedLine } from '../journal/merge-segments.ts';
import { parseLineDetail, parseRecord } from '../journal/parse-journal-line.ts';
import { journalFile, latestLineMs, packFile, type SegmentName } from '../journal/segment-name.ts';
import { readSegmentState } from '../journal/segment-state.ts';
import type { ExchangeDetail } from '../record.ts';

const ID_PREFIX = 'req_';
const ULID_LENGTH = 26;
const FIRST_ID = '0'.repeat(ULID_LENGTH);
const LAST_ID = 'Z'.repeat(ULID_LENGTH);
/** How long after its beginning an exchange's first line may be written (a slow upload that is refused). */
const LATEST_FIRST_LINE_MS = 3_600_000;

/** The time to which a beginning of an id can be completed. */
const timeOf = (idPrefix: string, completion: string): number =>
  idTimeMs((idPrefix + completion.slice(idPrefix.length - ID_PREFIX.length)).slice(0, 30)) ?? 0;

/** A run's next segment began before the exchange did: its lines are there or later. */
const isBefore = (segment: SegmentName, all: readonly SegmentName[], fromMs: number): boolean =>
  latestLineMs(segment) < fromMs ||
  all.some(
    (other) =>
      other.run === segment.run &&
      other.isErrors === segment.isErrors &&
      other.base > segment.base &&
      other.startedAtMs + 1000 < fromMs,
  );

const isFinal = ({ line }: PlacedLine): boolean => line.kind === 'close';

/**
 * Segments that a run began after this one, although their names are of an earlier time: the clock was set back.
 */
export const segmentsSetBack = (segment: SegmentName, all: readonly SegmentName[]): SegmentName[] =>
  all.filter(
    ({ run, sequence, startedAtMs, isErrors }) =>
      run === segment.run && !isErrors && sequence > segment.sequence && startedAtMs < segment.startedAtMs,
  );

/** The close line of an exchange in segments whose lines may be older than the exchange. */
export const findEnd = async (
  folder: string,
  id: string,
  segments: readonly SegmentName[],
): Promise<PlacedLine | undefined> => {
  for (const segment of segments) {
    for await (const line of linesOf(folder, segment, id, Number.NEGATIVE_INFINITY)) {
      if (line.kind === 'close') return { line, segment };
    }
  }
  return undefined;
};

/** Exchanges whose id begins so, each with its last line; a few where there are many. */
const findExchanges = async (folder: string, idPrefix: string): Promise<PlacedLine[]> => {
  const fromMs = timeOf(idPrefix, FIRST_ID);
  const untilMs = timeOf(idPrefix, LAST_ID) + LATEST_FIRST_LINE_MS;
  const isWhole = idPrefix.length === ID_PREFIX.length + ULID_LENGTH;
  const found = new Map<string, PlacedLine>();
  const all = await listSegments(folder);
  for (const segment of all) {
    if (isBefore(segment, all, fromMs)) continue;
    const ends = [...found.values()];
    // A gateway that was thought dead may still have ended the exchange itself: its word counts more.
    if (ends.length > 0 && ends.every(isFinal) && (isWhole || segment.startedAtMs > untilMs)) break;
    for await (const line of linesOf(folder, segment, idPrefix, fromMs)) {
      const known = found.get(line.id);
      if (!known || line.kind === 'close') found.set(line.id, { line, segment });
      if (isWhole && line.kind === 'close') break;
      if (found.size > MAX_EXAMPLES) return [...found.values()];
    }
  }
  for (const [id, open] of found) {
    if (isFinal(open)) continue;
    const end = await findEnd(folder, id, segmentsSetBack(open.segment, all));
    if (end) found.set(id, end);
  }
  return [...found.values()];
};

async function* linesOf(folder: string, segment: SegmentName, idPrefix: string, fromMs: number) {
  const file = await openIfThere(join(folder, journalFile(segment.base, segment.isErrors)));
  if (!file) return;
  try {
    yield* findLines(file, idPrefix, fromMs);
  } finally {
    await file.close();
  }
}

/**
 * What the line of an exchange tells of it, with the bodies that it names.
 * @returns undefined if the line is damaged
 */
export const readPlacedExchange = async (
  folder: string,
  { line, segment }: PlacedLine,
): Promise<ExchangeDetail | undefined> => {
  const record = parseRecord(line);
  if (!record) return undefined;
  const { requestHeaders, responseHeaders, bodies: known } = parseLineDetail(line);
  let bodies = known;
  if (line.kind === 'open') {
    const pack = packFile(segment.base);
    bodies = (await findBodies(folder, pack, new Set([line.id]))).get(line.id) ?? {};
    const state = await readSegmentState(folder, segment).catch(() => undefined);
    if (state?.state === 'abandoned') markInterrupted(record, state.lastSeenMs);
  }
  const requestBody = bodies.request && (await readBody(folder, bodies.request));
  const responseBody = bodies.response && (await readBody(folder, bodies.response));
  return {
    record,
    requestHeaders,
    responseHeaders,
    ...(requestBody ? { requestBody } : {}),
    ...(responseBody ? { responseBody } : {}),
  };
};

const hasEnded = async (folder: string, segment: SegmentName): Promise<boolean> =>
  (await readSegmentState(folder, segment).catch(() => undefined))?.state === 'ended';

/**
 * All that the log holds of one exchange.
 * @param id the exchange's id, or enough of its beginning that no other one begins the same; `req_` may
 * be left out
 * @returns undefined if the log holds no such exchange
 * @throws GatewayError invalid_usage if several exchanges begin that way
 */
export const readExchange = async (dataDir: string, id: string): Promise<ExchangeDetail | undefined> => {
  const folder = auditFolder(dataDir);
  const idPrefix = normalizeId(id);
  const found = await findExchanges(folder, idPrefix);
  if (found.length > 1)
    throw ambiguousId(
      idPrefix,
      found.map(({ line }) => line.id),
    );
  const [placed] = found;
  if (!placed || isFinal(placed) || !(await hasEnded(folder, placed.segment))) {
    return placed && readPlacedExchange(folder, placed);
  }
  // Whoever ended a dead process's segment has closed what was open in it, maybe after this had looked for the close line.
  const [again = placed] = await findExchanges(folder, placed.line.id);
  return readPlacedExchange(folder, again);
};
