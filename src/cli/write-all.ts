import { finished } from 'node:stream';
import type { OutputStream } from './render/tail/screen.ts';

/**
 * Writes texts as fast as they are read. A reader that goes away ends the writing, and is no failure.
 * @returns false where the reader has gone
 */
export const writeAll = async (stream: OutputStream, texts: Iterable<string>): Promise<boolean> => {
  let gone = false;
  let wake: () => void = () => {};
  const onDrain = (): void => wake();
  const release = finished(stream, { readable: false }, () => {
    gone = true;
    wake();
  });
  stream.on('drain', onDrain);
  try {
    for (const text of texts) {
      if (gone) return false;
      if (stream.write(text)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (gone) resolve();
      });
    }
    return !gone;
  } finally {
    stream.off('drain', onDrain);
    release();
  }
};
