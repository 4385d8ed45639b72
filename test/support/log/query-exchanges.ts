import { idTimeMs } from '../../../src/base/ids.ts';
import { MaxHeap } from '../../../src/log/files/max-heap.ts';
import { findEnd, segmentsSetBack } from '../../../src/log/files/read-exchange.ts';
import { markInterrupted } from '../../../src/log/interrupted.ts';
import { auditFolder, listSegments } from '../../../src/log/journal/list-segments.ts';
import { mergeSegmentsBackward, type PlacedLine } from '../../../src/log/journal/merge-segments.ts';
import { parseRecord } from '../../../src/log/journal/parse-journal-line.ts';
import type { SegmentName } from '../../../src/log/journal/segment-name.ts';
import { readSegmentState, type SegmentState } from '../../../src/log/journal/segment-state.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';

export interface ExchangeQuery {
  readonly filter?: (record: ExchangeRecord) => boolean;
  /** Default: all there are. */
  readonly limit?: number;
}

/** How far the clocks of machines that share a folder may be apart before the order suffers. */
const CLOCK_SLACK_MS = 1_000;

/** Open lines whose gateway died are shown as what they are, even before the next one starts. */
const createInterruptedReader = (folder: string) => {
  const states = new Map<string, Promise<SegmentState | undefined>>();
  return async (record: ExchangeRecord, segment: SegmentName): Promise<void> => {
    let state = states.get(segment.base);
    if (!state) {
      state = readSegmentState(folder, segment).catch(() => undefined);
      states.set(segment.base, state);
    }
    const known = await state;
    if (known?.state === 'abandoned') markInterrupted(record, known.lastSeenMs);
  };
};

/**
 * The exchanges of the log, by their start, newest first, with or without a running gateway; those in
 * flight are among them. Reads from the end of the newest segments, and no further than it is asked for.
 *
 * Order: a line is written when its exchange begins or ends, so none can be written before its exchange
 * began. Once the reading is at a time before an exchange's start, nothing newer can follow, nor another
 * line of that exchange.
 * @throws GatewayError command_failed if the folder cannot be read; a missing one holds no exchanges
 */
export async function* queryExchanges(
  dataDir: string,
  { filter = () => true, limit = Number.POSITIVE_INFINITY }: ExchangeQuery = {},
): AsyncGenerator<ExchangeRecord> {
  const folder = auditFolder(dataDir);
  const revealInterrupted = createInterruptedReader(folder);
  const met = new Set<string>();
  /** Those that began before the clock was set back: more lines of theirs follow below. */
  const beforeTheirStart = new Set<string>();
  const waiting = new MaxHeap<ExchangeRecord | undefined>();
  let left = limit;

  const segments = await listSegments(folder);
  const meet = async ({ line, segment }: PlacedLine): Promise<void> => {
    if (met.has(line.id) || beforeTheirStart.has(line.id)) return;
    const setBack = line.kind === 'open' ? segmentsSetBack(segment, segments) : [];
    if (setBack.length > 0) beforeTheirStart.add(line.id);
    const end = setBack.length > 0 ? await findEnd(folder, line.id, setBack) : undefined;
    const record = parseRecord(end?.line ?? line);
    if (!record) return;
    if (line.kind === 'open' && !end) await revealInterrupted(record, segment);
    met.add(line.id);
    const startedAtMs = idTimeMs(line.id) ?? Date.parse(record.startedAt);
    waiting.push({ id: line.id, startedAtMs, value: filter(record) ? record : undefined });
  };
  const take = (): ExchangeRecord | undefined => {
    const { id = '', value } = waiting.pop() ?? {};
    met.delete(id);
    if (value) left--;
    return value;
  };

  if (left <= 0) return;
  for await (const placed of mergeSegmentsBackward(folder, segments)) {
    await meet(placed);
    while (
      (waiting.newest?.startedAtMs ?? Number.NEGATIVE_INFINITY) >
      placed.followingAtMs + CLOCK_SLACK_MS
    ) {
      const record = take();
      if (record) yield record;
      if (left <= 0) return;
    }
  }
  while (waiting.newest) {
    const record = take();
    if (record) yield record;
    if (left <= 0) return;
  }
}
