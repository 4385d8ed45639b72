import { TextDecoder } from 'node:util';

/** The byte order marks with which Windows' editors and shells begin a file. */
const MARKS = [
  ['utf-8', 'efbbbf'],
  ['utf-16le', 'fffe'],
  ['utf-16be', 'feff'],
] as const;

/** A text file's content without its byte order mark: UTF-16 where the mark says so, else UTF-8. */
export const decodeText = (bytes: Uint8Array): string => {
  const start = Buffer.from(bytes.subarray(0, 3)).toString('hex');
  const [encoding] = MARKS.find(([, mark]) => start.startsWith(mark)) ?? ['utf-8'];
  return new TextDecoder(encoding).decode(bytes);
};
