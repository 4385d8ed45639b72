import { BLOCK_HEAD_BYTES } from '../bodies/body-block.ts';
import { openPack, readExactly } from '../bodies/pack-file.ts';
import { scanPack } from '../bodies/read-body.ts';
import { auditFolder } from '../journal/list-segments.ts';
import { parseLineDetail } from '../journal/parse-journal-line.ts';
import type { CopiedBlock, LoggedExchange, LogSource } from '../port.ts';
import { followLines } from './follow-exchanges.ts';

/** Of each segment at one look. */
const MAX_BYTES = 512 * 1024;

async function* blocksOf(
  folder: string,
  pack: string,
  from: number,
  to: number,
): AsyncGenerator<CopiedBlock> {
  const file = await openPack(folder, pack);
  if (!file) return;
  try {
    for await (const { block } of scanPack(folder, pack, from)) {
      if (block.offset >= to || block.length < BLOCK_HEAD_BYTES) return;
      const bytes = await readExactly(file, block.offset, block.length);
      if (!bytes) return;
      yield { start: block.offset, bytes };
    }
  } finally {
    await file.close();
  }
}

/** The log of a data folder, for a copy elsewhere. */
export const openLogSource = (dataDir: string): LogSource => ({
  follow: async function* (from, signal) {
    for await (const { lines, after } of followLines(dataDir, { from, signal, maxBytes: MAX_BYTES })) {
      const exchanges = new Map<string, LoggedExchange>();
      for (const { type, record, line } of lines) {
        // An end says all that the beginning has said; of two ends, either will do.
        if (type === 'open' && exchanges.has(record.id)) continue;
        exchanges.set(record.id, { isEnded: type === 'close', record, ...parseLineDetail(line) });
      }
      yield { exchanges: [...exchanges.values()], cursor: after };
    }
  },
  blocks: (pack, from, to) => blocksOf(auditFolder(dataDir), pack, from, to),
});
