import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { IndexRows } from './index-rows.ts';
import { IndexSegment } from './index-segment.ts';
import { auditFolder, listSegments } from './list-segments.ts';
import { parseExchangeLine, parseRecord } from './parse-journal-line.ts';
import { readExchange } from './read-exchange.ts';
import type { ExchangeRecord } from './record.ts';
import type { Recorder } from './recorder.ts';
import { journalFile, parseSegmentName, type SegmentName } from './segment-name.ts';

/**
 * An index beside the journal: what is asked of many exchanges at once (filters, sums, sessions) without
 * reading their lines. Why it is what it is:
 *
 * - The journal stays the only truth. The index is columns of what is filtered and summed, and where each
 *   line stands; the lines of a page are read from the journal itself. It can be deleted at any time.
 * - One index file for each segment, since segments are what the journal appends to and retention deletes:
 *   one that has ended never changes, so its file is written once, and only segments still being written
 *   are read on, from where they were left. A file of another version or of more than the journal holds is
 *   made anew.
 * - Columns in memory (0.5 KB an exchange) rather than a database: no native module, and 100,000 exchanges
 *   are filtered in some 10 ms. Above `MOST_BYTES_IN_MEMORY` the segments that were not asked for longest
 *   are given up, and read again from their files when a query comes to them.
 * - Nothing is done before the first question, and then only at questions: a gateway whose page is never
 *   opened pays nothing.
 */
export interface JournalIndex {
  /** Takes in what has happened until now. */
  refresh(): Promise<void>;
  /**
   * Shows the segments with exchanges that began in a span, one after another, in no order.
   * @param visit must not keep the rows
   */
  visit(span: TimeSpan, visit: (part: IndexPart) => void): Promise<void>;
  /**
   * The records of places in the journal, as they stand there.
   * @returns undefined for what retention has just deleted
   */
  readRecords(places: readonly JournalPlace[]): Promise<(ExchangeRecord | undefined)[]>;
}

/** Milliseconds since the epoch: from, and up to but not with. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface IndexPart {
  readonly segment: SegmentName;
  readonly rows: IndexRows;
  /** Exchanges that run, or were interrupted: they have no row. */
  readonly loose: readonly ExchangeRecord[];
}

export interface JournalPlace {
  readonly id: string;
  readonly segment: SegmentName;
  readonly offset: number;
  readonly length: number;
}

export interface JournalIndexDeps {
  readonly dataDir: string;
  readonly recorder: Pick<Recorder, 'flush' | 'active'>;
}

const MOST_BYTES_IN_MEMORY = 96 * 2 ** 20;
const FILE_END = '.index';

const fileOf = ({ base, isErrors }: SegmentName): string => journalFile(base, isErrors);

export const openJournalIndex = ({ dataDir, recorder }: JournalIndexDeps): JournalIndex => {
  const folder = auditFolder(dataDir);
  const indexFolder = join(dataDir, 'index');
  const segments = new Map<string, IndexSegment>();
  let hidden = new Map<string, IndexSegment>();
  let uses = 0;
  let running: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  const dropDeleted = async (present: readonly SegmentName[]): Promise<void> => {
    const names = new Set(present.map(fileOf));
    for (const name of segments.keys()) if (!names.has(name)) segments.delete(name);
    for (const file of await readdir(indexFolder).catch(() => [])) {
      if (!file.endsWith(FILE_END) || names.has(file.slice(0, -FILE_END.length))) continue;
      if (parseSegmentName(file.slice(0, -FILE_END.length)))
        await rm(join(indexFolder, file), { force: true });
    }
  };

  /** While a segment's failures are being carried over, they stand in it and in its errors segment. */
  const isCopy = ({ base, isErrors }: SegmentName): boolean => isErrors && segments.has(journalFile(base));

  const shown = (): IndexSegment[] => [...segments.values()].filter(({ segment }) => !isCopy(segment));

  /** A loose exchange is shown once: in the last segment that has it open, and not at all where it ended. */
  const hideEndedElsewhere = (): void => {
    const ended = new Set<string>();
    const last = new Map<string, IndexSegment>();
    const ordered = shown().sort((one, other) => one.segment.startedAtMs - other.segment.startedAtMs);
    for (const segment of ordered) {
      for (const id of segment.carriedIds) ended.add(id);
      for (const id of segment.loose.keys()) last.set(id, segment);
    }
    for (const id of ended) last.delete(id);
    hidden = last;
  };

  const spareMemory = (): void => {
    const held = [...segments.values()].filter(({ rows }) => rows);
    let bytes = held.reduce((sum, { rows }) => sum + (rows?.bytes ?? 0), 0);
    for (const segment of held.sort((one, other) => one.lastUsed - other.lastUsed)) {
      if (bytes <= MOST_BYTES_IN_MEMORY) return;
      bytes -= segment.isStored ? (segment.rows?.bytes ?? 0) : 0;
      segment.release();
    }
  };

  const update = async (): Promise<void> => {
    await recorder.flush();
    const present = await listSegments(folder);
    await dropDeleted(present);
    await mkdir(indexFolder, { recursive: true, mode: 0o700 }).catch(() => {});
    for (const segment of present.reverse()) {
      const name = fileOf(segment);
      const known =
        segments.get(name) ??
        new IndexSegment({ folder, segment, indexPath: join(indexFolder, name + FILE_END) });
      segments.set(name, known);
      // One that is deleted meanwhile, or cannot be read, is missing; the others are there.
      await known.follow().catch(() => {});
      for (const [id, loose] of known.loose) loose.record = recorder.active.get(id)?.record ?? loose.record;
      // Without its file a segment is read anew at the next start: slower, not wrong.
      await known.store().catch(() => {});
      spareMemory();
    }
    hideEndedElsewhere();
  };

  const readPlaces = async (
    file: string,
    places: readonly JournalPlace[],
    into: Map<string, ExchangeRecord>,
  ): Promise<void> => {
    const handle = await open(join(folder, file)).catch(() => undefined);
    try {
      for (const { id, offset, length } of handle ? places : []) {
        const bytes = await handle?.read(Buffer.alloc(length), 0, length, offset);
        const line = parseExchangeLine(bytes?.buffer.toString() ?? '');
        // A line that a crash left torn may shift those behind it by some bytes.
        const record =
          line?.id === id
            ? parseRecord(line)
            : (await readExchange(dataDir, id).catch(() => undefined))?.record;
        if (record) into.set(id, record);
      }
    } finally {
      await handle?.close();
    }
  };

  const readRecords: JournalIndex['readRecords'] = async (places) => {
    const byFile = new Map<string, JournalPlace[]>();
    for (const place of places) {
      const file = fileOf(place.segment);
      byFile.set(file, [...(byFile.get(file) ?? []), place]);
    }
    const records = new Map<string, ExchangeRecord>();
    await Promise.all([...byFile].map(([file, wanted]) => readPlaces(file, wanted, records)));
    return places.map(({ id }) => records.get(id));
  };

  return {
    refresh: () => {
      // Those who ask while one runs share the next one: the present one may have passed what they mean.
      waiting ??= running.then(() => {
        waiting = undefined;
        running = update();
        return running;
      });
      return waiting;
    },
    visit: async ({ fromMs, toMs }, visit) => {
      for (const segment of shown()) {
        if (segment.maxMs < fromMs || segment.minMs >= toMs) continue;
        const rows = await segment.use(++uses);
        const loose = [...segment.loose.values()]
          .filter(({ line }) => hidden.get(line.id) === segment)
          .map((loose) => segment.readLoose(loose))
          .filter((record) => record !== undefined);
        visit({ segment: segment.segment, rows, loose });
        spareMemory();
      }
    },
    readRecords,
  };
};
