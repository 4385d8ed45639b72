import type { FileHandle } from 'node:fs/promises';
import { type ExchangeLine, parseExchangeLine } from './parse-journal-line.ts';
import { readLinesForward } from './read-lines.ts';

/** Below this, reading on is as quick as halving again. */
const HALVE_ABOVE_BYTES = 256 * 1024;
const PROBE_BYTES = 64 * 1024;

/** `at` of the first whole exchange's line after an offset. */
const timeAfter = async (file: FileHandle, offset: number): Promise<number | undefined> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(PROBE_BYTES), 0, PROBE_BYTES, offset);
  const [, ...lines] = buffer.toString('utf8', 0, bytesRead).split('\n');
  lines.pop();
  for (const text of lines) {
    const line = parseExchangeLine(text);
    if (line) return line.at;
  }
  return undefined;
};

/** An offset before all lines that were written at `fromMs` or later, by halving: lines stand in order of time. */
const offsetBefore = async (file: FileHandle, fromMs: number): Promise<number> => {
  let low = 0;
  let high = (await file.stat()).size;
  while (high - low > HALVE_ABOVE_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const time = await timeAfter(file, middle);
    if (time !== undefined && time < fromMs) low = middle;
    else high = middle;
  }
  return low;
};

/**
 * The lines of a segment whose exchange's id begins with a text, in the order of the file.
 * @param fromMs lines written earlier are not looked at
 */
export async function* findLines(
  file: FileHandle,
  idPrefix: string,
  fromMs: number,
): AsyncGenerator<ExchangeLine> {
  const needle = `"id":"${idPrefix}`;
  for await (const { lines } of readLinesForward(file, await offsetBefore(file, fromMs))) {
    for (const text of lines) {
      if (!text.includes(needle)) continue;
      const line = parseExchangeLine(text);
      if (line?.id.startsWith(idPrefix)) yield line;
    }
  }
}
