import { join } from 'node:path';
import { openIfThere } from '../../state/private-files.ts';
import { auditFolder } from '../journal/list-segments.ts';
import { type ExchangeLine, parseExchangeLine, parseRecord } from '../journal/parse-journal-line.ts';
import { journalFile, type SegmentName } from '../journal/segment-name.ts';
import type { ExchangeDetail, ExchangeRecord } from '../record.ts';
import { readExchange, readPlacedExchange } from './read-exchange.ts';

/** Where the last line of an exchange stands. */
export interface JournalPlace {
  readonly id: string;
  readonly segment: SegmentName;
  readonly offset: number;
  readonly length: number;
}

/** Lines that stand near each other are read at once. */
const MAX_GAP_BYTES = 64 * 1024;
const MAX_SPAN_BYTES = 1024 * 1024;

/** Places by their offset, in groups that are worth one reading. */
const groupNear = (places: readonly JournalPlace[]): JournalPlace[][] => {
  const groups: JournalPlace[][] = [];
  let start = 0;
  let end = 0;
  for (const place of [...places].sort((one, other) => one.offset - other.offset)) {
    const group = groups.at(-1);
    const placeEnd = place.offset + place.length;
    if (group && place.offset - end <= MAX_GAP_BYTES && placeEnd - start <= MAX_SPAN_BYTES) {
      group.push(place);
    } else {
      groups.push([place]);
      start = place.offset;
    }
    end = placeEnd;
  }
  return groups;
};

const readPlaces = async (
  dataDir: string,
  file: string,
  places: readonly JournalPlace[],
  into: Map<string, ExchangeLine>,
): Promise<void> => {
  const handle = await openIfThere(join(auditFolder(dataDir), file)).catch(() => undefined);
  try {
    for (const group of handle ? groupNear(places) : []) {
      const start = group[0]?.offset ?? 0;
      const last = group.at(-1);
      const span = Buffer.alloc((last?.offset ?? 0) + (last?.length ?? 0) - start);
      await handle?.read(span, 0, span.length, start);
      for (const { id, offset, length } of group) {
        const line = parseExchangeLine(span.toString('utf8', offset - start, offset - start + length));
        if (line?.id === id) into.set(id, line);
      }
    }
  } finally {
    await handle?.close();
  }
};

/** The lines at places in the journal by their exchange's id, each file opened once. */
const readLinesAt = async (
  dataDir: string,
  places: readonly JournalPlace[],
): Promise<ReadonlyMap<string, ExchangeLine>> => {
  const byFile = new Map<string, JournalPlace[]>();
  for (const place of places) {
    const file = journalFile(place.segment.base, place.segment.isErrors);
    const known = byFile.get(file);
    if (known) known.push(place);
    else byFile.set(file, [place]);
  }
  const lines = new Map<string, ExchangeLine>();
  await Promise.all([...byFile].map(([file, wanted]) => readPlaces(dataDir, file, wanted, lines)));
  return lines;
};

/** A line that a crash left torn may shift those behind it by some bytes. */
const lookUp = (dataDir: string, id: string): Promise<ExchangeDetail | undefined> =>
  readExchange(dataDir, id).catch(() => undefined);

/**
 * The records of places in the journal, as they stand there.
 * @returns undefined for what retention has just deleted
 */
export const readRecordsAt = async (
  dataDir: string,
  places: readonly JournalPlace[],
): Promise<(ExchangeRecord | undefined)[]> => {
  const lines = await readLinesAt(dataDir, places);
  return Promise.all(
    places.map(async ({ id }) => {
      const line = lines.get(id);
      return line ? parseRecord(line) : (await lookUp(dataDir, id))?.record;
    }),
  );
};

/** The same with headers and bodies, one after another; what retention has just deleted is left out. */
export async function* readDetailsAt(
  dataDir: string,
  places: readonly JournalPlace[],
): AsyncGenerator<ExchangeDetail> {
  const lines = await readLinesAt(dataDir, places);
  for (const { id, segment } of places) {
    const line = lines.get(id);
    const detail = line
      ? await readPlacedExchange(auditFolder(dataDir), { line, segment })
      : await lookUp(dataDir, id);
    if (detail) yield detail;
  }
}
