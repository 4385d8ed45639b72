import type { SegmentName } from '../../journal/segment-name.ts';
import type { TimeSpan } from '../../port.ts';
import type { ExchangeRecord } from '../../record.ts';
import type { JournalPlace } from '../read-places.ts';
import type { IndexRows } from './index-rows.ts';

export const ALWAYS: TimeSpan = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** What is known of a segment without its columns. */
export interface IndexOverview {
  readonly segment: SegmentName;
  /** How many rows are to be shown. */
  readonly count: number;
  /** True where all of its exchanges began in the span. */
  readonly isWithin: boolean;
  /** When the oldest and the newest one began. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Exchanges that run, or were interrupted: they have no row. */
  readonly loose: readonly ExchangeRecord[];
  /** Reads the columns. */
  open(): Promise<IndexPart>;
}

export interface IndexPart extends Pick<IndexOverview, 'segment' | 'isWithin' | 'maxMs' | 'loose'> {
  readonly rows: IndexRows;
  /** The rows to be shown, by id, ascending. */
  readonly order: Uint32Array;
}

export interface NewestPart {
  readonly part: IndexPart;
  /** No exchange of a part that follows began later. */
  readonly followingMs: number;
}

/**
 * An index alongside the journal: what is asked of many exchanges at once (filters, sums, sessions) without
 * reading their lines. Why it is what it is:
 *
 * - The journal stays the only truth. The index is columns of what is filtered and summed, and where each
 *   line stands; the lines of a page are read from the journal itself. It can be deleted at any time.
 * - One index file for each segment, since segments are what the journal appends to and retention deletes:
 *   one that has ended never changes, so its file is written once, and only segments still being written
 *   are read on, from where they were left. A file of another form or of more than the journal holds is
 *   rebuilt.
 * - Columns in memory (0.5 KB an exchange) rather than a database: no native module, 100,000 exchanges are
 *   read from their files in some 100 ms and filtered in some 10 ms. Above `MAX_BYTES_IN_MEMORY` the
 *   segments that were not asked for longest are given up, and read again when a query comes to them.
 * - An index file begins with a head: counts, times, what has not ended. What only counts a segment, or passes
 *   it over, reads no columns: the first page of a million exchanges needs those of the newest segments alone.
 * - The files are brought up to date while the gateway has nothing better to do (`upkeep`), since reading
 *   100,000 lines takes seconds: the first question finds them. Nothing of it stays in memory but what the
 *   segment that is being written holds.
 */
export interface JournalIndex {
  /** Takes in what has happened until now. */
  refresh(): Promise<void>;
  /** How much of the journal nobody has read yet for the index. */
  missingBytes(): Promise<number>;
  /**
   * Shows the segments with exchanges that began in a span, one after another, by their newest exchange,
   * the newest first; lets others have a turn between them.
   */
  overviews(span: TimeSpan): AsyncIterable<IndexOverview>;
  /** The same with their columns. Nobody may keep the rows. */
  parts(span: TimeSpan): AsyncIterable<IndexPart>;
  /**
   * `parts` without `refresh`: segments are taken in when they are asked for, so that the newest exchanges
   * of a long log are there at once, whether it has an index or not.
   */
  newestParts(span: TimeSpan): AsyncIterable<NewestPart>;
  /**
   * The records of places in the journal, as they stand there.
   * @returns undefined for what retention has just deleted
   */
  readRecords(places: readonly JournalPlace[]): Promise<(ExchangeRecord | undefined)[]>;
  /** Takes in what the journal has gained, and writes the files that are missing; keeps little in memory. */
  upkeep(): Promise<void>;
  /** Begins nothing more with the files, and settles when nothing is written any more. */
  close(): Promise<void>;
}
