import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { auditFolder } from '../journal/list-segments.ts';
import { parseExchangeLine, parseRecord } from '../journal/parse-journal-line.ts';
import { journalFile, type SegmentName } from '../journal/segment-name.ts';
import type { ExchangeRecord } from '../record.ts';
import { readExchange } from './read-exchange.ts';

/** Where the last line of an exchange stands. */
export interface JournalPlace {
  readonly id: string;
  readonly segment: SegmentName;
  readonly offset: number;
  readonly length: number;
}

const readPlaces = async (
  dataDir: string,
  file: string,
  places: readonly JournalPlace[],
  into: Map<string, ExchangeRecord>,
): Promise<void> => {
  const handle = await open(join(auditFolder(dataDir), file)).catch(() => undefined);
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

/**
 * The records of places in the journal, as they stand there, each file opened once.
 * @returns undefined for what retention has just deleted
 */
export const readRecordsAt = async (
  dataDir: string,
  places: readonly JournalPlace[],
): Promise<(ExchangeRecord | undefined)[]> => {
  const byFile = new Map<string, JournalPlace[]>();
  for (const place of places) {
    const file = journalFile(place.segment.base, place.segment.isErrors);
    byFile.set(file, [...(byFile.get(file) ?? []), place]);
  }
  const records = new Map<string, ExchangeRecord>();
  await Promise.all([...byFile].map(([file, wanted]) => readPlaces(dataDir, file, wanted, records)));
  return places.map(({ id }) => records.get(id));
};
