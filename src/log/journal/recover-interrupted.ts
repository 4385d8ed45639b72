import { join } from 'node:path';
import { openOwnFile } from '../../state/private-files.ts';
import type { BodyReferences } from '../bodies/body-reference.ts';
import { findBodies } from '../bodies/read-body.ts';
import { markInterrupted } from '../interrupted.ts';
import type { ExchangeRecord } from '../record.ts';
import { encodeEndLine } from './encode-journal-line.ts';
import type { JournaledExchange } from './journaled-exchange.ts';
import { listSegments } from './list-segments.ts';
import { type ExchangeLine, parseLineDetail, parseRecord } from './parse-journal-line.ts';
import { readExchangeLines } from './read-exchange-lines.ts';
import { startOfLine } from './read-lines.ts';
import { journalFile, packFile, type SegmentName } from './segment-name.ts';
import { readSegmentState } from './segment-state.ts';

/** A segment whose process died without ending it. */
interface AbandonedSegment {
  readonly segment: SegmentName;
  readonly lastSeenMs: number;
}

interface OpenLine extends AbandonedSegment {
  readonly line: ExchangeLine;
}

const findAbandoned = async (
  folder: string,
  segments: readonly SegmentName[],
  knownEnded: Set<string>,
): Promise<AbandonedSegment[]> => {
  const abandoned: AbandonedSegment[] = [];
  for (const segment of segments) {
    if (segment.isErrors || knownEnded.has(segment.base)) continue;
    const found = await readSegmentState(folder, segment).catch(() => undefined);
    if (found?.state === 'ended') knownEnded.add(segment.base);
    if (found?.state === 'abandoned') abandoned.push({ segment, lastSeenMs: found.lastSeenMs });
  }
  return abandoned;
};

/** Open lines of abandoned segments for which no segment of the same run has a close line. */
const findUnclosed = async (
  folder: string,
  all: readonly SegmentName[],
  abandoned: readonly AbandonedSegment[],
): Promise<Map<string, OpenLine>> => {
  const unclosed = new Map<string, OpenLine>();
  const closed = new Set<string>();
  for (const each of abandoned) {
    for await (const line of readExchangeLines(folder, each.segment)) {
      if (line.kind === 'open') unclosed.set(line.id, { line, ...each });
      else closed.add(line.id);
    }
  }
  for (const id of closed) unclosed.delete(id);
  if (unclosed.size === 0) return unclosed;

  // A segment may lack its end for want of disk space, while its run went on in another one.
  const isAbandoned = new Set(abandoned.map(({ segment }) => segment.base));
  const runs = new Set(abandoned.map(({ segment }) => segment.run));
  for (const segment of all) {
    if (segment.isErrors || isAbandoned.has(segment.base) || !runs.has(segment.run)) continue;
    for await (const line of readExchangeLines(folder, segment)) {
      if (line.kind === 'close') unclosed.delete(line.id);
    }
  }
  return unclosed;
};

const mapToExchange = (
  { line, lastSeenMs }: OpenLine,
  record: ExchangeRecord,
  bodies: BodyReferences,
): JournaledExchange => {
  markInterrupted(record, lastSeenMs);
  const { requestHeaders } = parseLineDetail(line);
  return { record, requestHeaders: JSON.stringify(requestHeaders), responseHeaders: '[]', bodies };
};

export interface Interrupted {
  /** With the close lines' content that they lack. */
  readonly exchanges: readonly JournaledExchange[];
  /** Ends the segments that were looked through, once those close lines are written. */
  readonly settle: (at: number) => Promise<void>;
}

/**
 * Finds what dead gateways left open. Segments of living ones are not looked into.
 * @param knownEnded segments that need not be looked at again; it is added to
 */
export const findInterrupted = async (folder: string, knownEnded: Set<string>): Promise<Interrupted> => {
  const all = await listSegments(folder);
  const abandoned = await findAbandoned(folder, all, knownEnded);
  const unclosed = await findUnclosed(folder, all, abandoned);
  const ids = new Set(unclosed.keys());
  const exchanges: JournaledExchange[] = [];
  const bodies = new Map<string, BodyReferences>();
  if (ids.size > 0) {
    for (const { segment } of abandoned) {
      for (const [id, found] of await findBodies(folder, packFile(segment.base), ids)) bodies.set(id, found);
    }
  }
  for (const [id, open] of unclosed) {
    const record = parseRecord(open.line);
    if (record) exchanges.push(mapToExchange(open, record, bodies.get(id) ?? {}));
  }
  const settle = async (at: number): Promise<void> => {
    for (const { segment } of abandoned) {
      // Where a segment cannot be ended (read-only), it is looked through again at the next start.
      await endSegment(folder, segment, at).catch(() => {});
    }
  };
  return { exchanges, settle };
};

/** What was being written when the process died is cut off, so that every line of a journal is JSON. */
const endSegment = async (folder: string, segment: SegmentName, at: number): Promise<void> => {
  const file = await openOwnFile(join(folder, journalFile(segment.base)), 'write');
  try {
    const end = await startOfLine(file, (await file.stat()).size);
    await file.truncate(end);
    await file.write(encodeEndLine(at), end);
  } finally {
    await file.close();
  }
};
