import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { idTimeMs } from '../../../base/ids.ts';
import type { ExchangeWatch } from '../../capture/recorder.ts';
import { auditFolder, listSegments } from '../../journal/list-segments.ts';
import { orderByLatest } from '../../journal/order-by-latest.ts';
import { journalFile, type SegmentName } from '../../journal/segment-name.ts';
import type { TimeSpan } from '../../port.ts';
import { findDoubles } from '../find-doubles.ts';
import { measureMissing } from '../measure-missing.ts';
import { orderUnended } from '../order-unended.ts';
import { readRecordsAt } from '../read-places.ts';
import { INDEX_FILE_END } from './index-head.ts';
import type { IndexOverview, IndexPart, JournalIndex, NewestPart } from './index-part.ts';
import type { IndexRows } from './index-rows.ts';
import { IndexSegment } from './index-segment.ts';
import { tidyIndexFolder } from './tidy-index-folder.ts';

export interface JournalIndexDeps {
  readonly dataDir: string;
  readonly recorder: Pick<ExchangeWatch, 'flush' | 'active'>;
}

const MAX_BYTES_IN_MEMORY = 96 * 2 ** 20;
/** Files read at once: reading and decompressing wait for other threads. */
const READ_AT_ONCE = 4;
/** After so long, those who wait for the event loop have their turn. */
const TURN_MS = 8;
/** What nobody has asked for so long is given up. */
const KEPT_MS = 600_000;

const without = (rows: IndexRows, hidden: ReadonlySet<string> | undefined): Uint32Array =>
  hidden ? rows.order.filter((row) => !hidden.has(rows.id(row))) : rows.order;

const fileOf = ({ base, isErrors }: SegmentName): string => journalFile(base, isErrors);

/** While a segment's failures are being carried over, they stand in it and in its errors segment. */
const isCopyAmong = ({ base, isErrors }: SegmentName, names: { has(name: string): boolean }): boolean =>
  isErrors && names.has(journalFile(base));

export const openJournalIndex = ({ dataDir, recorder }: JournalIndexDeps): JournalIndex => {
  const folder = auditFolder(dataDir);
  const indexFolder = join(dataDir, 'index');
  const segments = new Map<string, IndexSegment>();
  let showsLoose = new Map<string, IndexSegment>();
  let hidden = new Map<IndexSegment, ReadonlySet<string>>();
  let uses = 0;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> = Promise.resolve();
  let isClosed = false;
  let waiting: Promise<void> | undefined;

  const shown = (): IndexSegment[] =>
    [...segments.values()].filter(({ segment }) => !isCopyAmong(segment, segments));

  /**
   * Each exchange is shown once, whichever segments tell of it: the order of segments is not the order of
   * events, since another process may end what one was killed in.
   */
  const hideDoubles = async (): Promise<void> => {
    const { looseIn, hiddenRows } = await findDoubles(shown(), () => ++uses, spareMemory);
    showsLoose = looseIn;
    hidden = hiddenRows;
  };

  const spareMemory = (): void => {
    const held = [...segments.values()].filter((segment) => segment.bytes > 0);
    let bytes = held.reduce((sum, segment) => sum + segment.bytes, 0);
    for (const segment of held.sort((one, other) => one.lastUsed - other.lastUsed)) {
      if (bytes <= MAX_BYTES_IN_MEMORY) return;
      bytes -= segment.isStored ? segment.bytes : 0;
      segment.release();
    }
  };

  const segmentOf = (segment: SegmentName): IndexSegment => {
    const name = fileOf(segment);
    const known = segments.get(name);
    if (known) return known;
    const created = new IndexSegment({
      folder,
      segment,
      indexPath: join(indexFolder, name + INDEX_FILE_END),
    });
    segments.set(name, created);
    return created;
  };

  const followSegment = async (segment: IndexSegment): Promise<void> => {
    // One that is deleted meanwhile, or cannot be read, is missing; the others are there.
    await segment.follow().catch(() => {});
    for (const { record } of recorder.active.values()) {
      const loose = segment.loose.get(record.id);
      if (loose) loose.record = record;
    }
    // Without its file a segment is read again at the next start: slower, not wrong.
    await segment.store().catch(() => {});
    spareMemory();
  };

  const listPresent = async (): Promise<{ present: SegmentName[]; files: ReadonlySet<string> }> => {
    const present = (await listSegments(folder)).reverse();
    const names = new Set(present.map(fileOf));
    for (const name of segments.keys()) if (!names.has(name)) segments.delete(name);
    const files = await tidyIndexFolder(indexFolder, names);
    await mkdir(indexFolder, { recursive: true, mode: 0o700 }).catch(() => {});
    return { present, files };
  };

  /** Follows what may still be written, in the order that matters, and lists the others, the newest first. */
  const followUnended = async (): Promise<{ present: SegmentName[]; others: SegmentName[] }> => {
    const { present, files } = await listPresent();
    const isKnownEnded = (name: SegmentName): boolean =>
      segments.get(fileOf(name))?.isEnded ?? files.has(fileOf(name) + INDEX_FILE_END);
    const unended = await orderUnended(
      folder,
      present.filter((name) => !isKnownEnded(name)),
    );
    for (const name of unended) await followSegment(segmentOf(name));
    const followed = new Set(unended.map(fileOf));
    // What was still open in a segment that has ended meanwhile goes on, or is closed, in one that began before its end.
    const again = (await listSegments(folder)).reverse();
    return { present: again, others: again.filter((name) => !followed.has(fileOf(name))) };
  };

  const update = async (): Promise<void> => {
    askedAtMs = performance.now();
    await recorder.flush();
    const { others } = await followUnended();
    const waiting = others.map(segmentOf).values();
    const followNext = async (): Promise<void> => {
      for (const segment of waiting) {
        if (isClosed) return;
        await followSegment(segment);
      }
    };
    await Promise.all(Array.from({ length: READ_AT_ONCE }, followNext));
    await hideDoubles();
  };

  const keepUp = async (): Promise<void> => {
    const { present, files } = await listPresent();
    for (const name of present) {
      if (isClosed) return;
      const known = segments.get(fileOf(name));
      if (!known && files.has(fileOf(name) + INDEX_FILE_END)) continue;
      const segment = known ?? segmentOf(name);
      if (!segment.isStored) await followSegment(segment);
      if (performance.now() - askedAtMs > KEPT_MS) segment.release();
    }
  };

  /** One after another: what is asked for meanwhile shares the next one. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const result = running.then(() => (isClosed ? undefined : work()));
    running = result.catch(() => {});
    return result;
  };

  const overviewOf = (segment: IndexSegment, { fromMs, toMs }: TimeSpan): IndexOverview => {
    const { minMs, maxMs } = segment;
    const loose = [...segment.loose.values()]
      .filter(({ line }) => showsLoose.get(line.id) === segment)
      .map((loose) => segment.readLoose(loose))
      .filter((record) => record !== undefined);
    const known = { segment: segment.segment, isWithin: minMs >= fromMs && maxMs < toMs, maxMs, loose };
    return {
      ...known,
      minMs,
      count: segment.count - (hidden.get(segment)?.size ?? 0),
      open: async () => {
        const rows = await segment.use(++uses);
        return { ...known, rows, order: without(rows, hidden.get(segment)) };
      },
    };
  };

  async function* overviews(span: TimeSpan): AsyncGenerator<IndexOverview> {
    let turnEndsAtMs = performance.now() + TURN_MS;
    for (const segment of shown().sort((one, other) => other.maxMs - one.maxMs)) {
      if (segment.maxMs < span.fromMs || segment.minMs >= span.toMs) continue;
      yield overviewOf(segment, span);
      spareMemory();
      if (performance.now() < turnEndsAtMs) continue;
      await nextTurn();
      turnEndsAtMs = performance.now() + TURN_MS;
    }
  }

  async function* parts(span: TimeSpan): AsyncGenerator<IndexPart> {
    for await (const overview of overviews(span)) yield await overview.open();
  }

  async function* newestParts(span: TimeSpan): AsyncGenerator<NewestPart> {
    await recorder.flush();
    const { present, others } = await followUnended();
    const names = new Set(present.map(fileOf));
    const unfollowed = new Set(others.map(fileOf));
    const waiting = orderByLatest(present.filter((name) => !isCopyAmong(name, names)));
    let taken = 0;
    /** Takes in all segments that may tell of what began so late. */
    const takeInFrom = async (ms: number): Promise<void> => {
      for (let each = waiting[taken]; each && each.latestMs >= ms; each = waiting[++taken]) {
        if (unfollowed.has(fileOf(each.segment))) await followSegment(segmentOf(each.segment));
      }
    };
    for (const [place, { segment: name, latestMs }] of waiting.entries()) {
      if (latestMs < span.fromMs) return;
      await takeInFrom(latestMs);
      const segment = segmentOf(name);
      // Whether and how these ended may stand in other segments.
      const doubtful = [...segment.loose.keys(), ...segment.interruptedIds];
      await takeInFrom(doubtful.reduce((least, id) => Math.min(least, idTimeMs(id) ?? least), latestMs));
      await hideDoubles();
      const followingMs = waiting[place + 1]?.latestMs ?? Number.NEGATIVE_INFINITY;
      yield { part: await overviewOf(segment, span).open(), followingMs };
      spareMemory();
    }
  }

  return {
    refresh: () => {
      // Those who ask while one runs share the next one: the present one may have passed what they mean.
      waiting ??= running.then(() => {
        waiting = undefined;
        return inTurn(update);
      });
      return waiting;
    },
    missingBytes: () => measureMissing(folder, indexFolder, (name) => segments.has(name)),
    upkeep: () => inTurn(keepUp).catch(() => {}),
    close: async () => {
      isClosed = true;
      await running;
    },
    overviews,
    parts,
    newestParts,
    readRecords: (places) => readRecordsAt(dataDir, places),
  };
};
