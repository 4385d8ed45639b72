import type { ByteRange } from './scan-members.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** @returns where the string begins whose closing quote is at `from`; -1 where it does not begin behind `least` */
const startOfString = (bytes: Buffer, from: number, least: number): number => {
  let position = from;
  for (;;) {
    position = bytes.lastIndexOf(QUOTE, position - 1);
    if (position < least) return -1;
    let backslashes = 0;
    while (bytes[position - 1 - backslashes] === BACKSLASH) backslashes++;
    // An escaped quote has an odd number of backslashes before it; outside of strings there is none.
    if (backslashes % 2 === 0) return position;
  }
};

/**
 * The last objects of an array, from the last one backwards, without a look at what comes before them: the cost
 * grows with what is read, not with the array.
 * @param array where a well-formed array lies, brackets included
 * @yields each object's range, until the array begins or anything but an object stands there
 */
export function* lastObjects(bytes: Buffer, array: ByteRange): Generator<ByteRange> {
  let depth = 0;
  let end = 0;
  let position = array.end - 1;
  if (bytes[position] !== CLOSE_ARRAY) return;
  for (position--; position > array.start; position--) {
    const byte = bytes[position];
    if (byte === QUOTE) {
      if (depth === 0) return;
      position = startOfString(bytes, position, array.start);
      if (position === -1) return;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (depth === 0 && byte === CLOSE_ARRAY) return;
      if (depth++ === 0) end = position + 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth--;
      if (depth < 0) return;
      if (depth === 0) yield { start: position, end };
    } else if (depth === 0 && byte !== COMMA && byte !== undefined && byte > 0x20) return;
  }
}
