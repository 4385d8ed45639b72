import { join } from 'node:path';
import { openIfThere } from '../../state/private-files.ts';
import { type ExchangeLine, parseExchangeLine } from './parse-journal-line.ts';
import { readLinesForward } from './read-lines.ts';
import { journalFile, type SegmentName } from './segment-name.ts';

/**
 * The lines of a segment that tell of exchanges, in their order; none where it has been deleted.
 * @throws the system's error
 */
export async function* readExchangeLines(
  folder: string,
  { base }: Pick<SegmentName, 'base'>,
): AsyncGenerator<ExchangeLine> {
  const file = await openIfThere(join(folder, journalFile(base)));
  if (!file) return;
  try {
    for await (const { lines } of readLinesForward(file, 0)) {
      for (const text of lines) {
        const line = parseExchangeLine(text);
        if (line) yield line;
      }
    }
  } finally {
    await file.close();
  }
}
