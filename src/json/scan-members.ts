// The room reads JSON where it lies, as bytes: what is not changed is never parsed and written again,
// since key order, number spelling and escapes must reach the upstream as the client sent them.

/** A stretch of bytes; `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Where the value of a member lies. */
export interface MemberRange extends ByteRange {
  /** Set where the object has the key more than once: other readers may take another one of them. */
  readonly isRepeated?: true;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BROKEN = -1;

/** Below this many bytes a loop beats the call into native code that `indexOf` is. */
const SHORT_STRING_BYTES = 24;

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const skipSpace = (bytes: Buffer, from: number): number => {
  let position = from;
  while (isSpace(bytes[position])) position++;
  return position;
};

/** @returns the position after the closing quote of the string that starts at `from` */
const skipString = (bytes: Buffer, from: number): number => {
  const nearEnd = Math.min(bytes.length, from + 1 + SHORT_STRING_BYTES);
  let position = from + 1;
  while (position < nearEnd) {
    const byte = bytes[position];
    if (byte === QUOTE) return position + 1;
    position += byte === BACKSLASH ? 2 : 1;
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, position);
    if (quote === -1) return BROKEN;
    let firstBackslash = quote;
    while (firstBackslash > position && bytes[firstBackslash - 1] === BACKSLASH) firstBackslash--;
    if ((quote - firstBackslash) % 2 === 0) return quote + 1;
    position = quote + 1;
  }
};

const skipContainer = (bytes: Buffer, from: number): number => {
  let depth = 0;
  let position = from;
  while (position < bytes.length) {
    const byte = bytes[position];
    if (byte === QUOTE) {
      position = skipString(bytes, position);
      if (position === BROKEN) return BROKEN;
      continue;
    }
    position++;
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth--;
      if (depth === 0) return position;
    }
  }
  return BROKEN;
};

const skipLiteral = (bytes: Buffer, from: number): number => {
  let position = from;
  for (; position < bytes.length; position++) {
    const byte = bytes[position];
    if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || byte === COLON || isSpace(byte))
      break;
  }
  return position === from ? BROKEN : position;
};

/** @returns the position after the value that starts at `from`, or -1 where it does not end */
const skipValue = (bytes: Buffer, from: number): number => {
  const first = bytes[from];
  if (first === undefined) return BROKEN;
  if (first === QUOTE) return skipString(bytes, from);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return skipContainer(bytes, from);
  return skipLiteral(bytes, from);
};

const parseKey = (bytes: Buffer, start: number, end: number): string | undefined => {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
};

/** A member where it lies: its key from `keyStart` on, its value from `start` to `end`. */
export interface Member extends ByteRange {
  readonly key: string;
  readonly keyStart: number;
}

/**
 * Finds the members of the JSON object in `bytes`, in their order, without parsing their values.
 * @param range where the object lies; the whole of `bytes` if absent
 * @returns undefined if this is not an object or its brackets, commas and quotes do not add up (that they
 *   do is no proof that it is valid JSON)
 */
export const listMembers = (
  bytes: Buffer,
  range: ByteRange = { start: 0, end: bytes.length },
): readonly Member[] | undefined => {
  const members: Member[] = [];
  let position = skipSpace(bytes, range.start);
  if (bytes[position] !== OPEN_OBJECT) return undefined;
  position = skipSpace(bytes, position + 1);
  if (bytes[position] === CLOSE_OBJECT) return isRest(bytes, position + 1, range.end) ? members : undefined;
  for (;;) {
    if (bytes[position] !== QUOTE) return undefined;
    const keyStart = position;
    const keyEnd = skipString(bytes, keyStart);
    if (keyEnd === BROKEN) return undefined;
    const key = parseKey(bytes, keyStart, keyEnd);
    position = skipSpace(bytes, keyEnd);
    if (key === undefined || bytes[position] !== COLON) return undefined;
    const start = skipSpace(bytes, position + 1);
    const end = skipValue(bytes, start);
    if (end === BROKEN) return undefined;
    members.push({ key, keyStart, start, end });
    position = skipSpace(bytes, end);
    if (bytes[position] === CLOSE_OBJECT) {
      return isRest(bytes, position + 1, range.end) ? members : undefined;
    }
    if (bytes[position] !== COMMA) return undefined;
    position = skipSpace(bytes, position + 1);
  }
};

/**
 * The same, by key. Of a repeated key the last one counts, as with `JSON.parse`.
 * @returns where each member's value lies, or undefined as `listMembers`
 */
export const scanMembers = (
  bytes: Buffer,
  range?: ByteRange,
): ReadonlyMap<string, MemberRange> | undefined => {
  const members = listMembers(bytes, range);
  if (!members) return undefined;
  const byKey = new Map<string, MemberRange>(members.map((member) => [member.key, member]));
  if (byKey.size === members.length) return byKey;
  const last = new Map(byKey);
  for (const member of members) {
    const counted = last.get(member.key);
    if (counted && counted !== member) byKey.set(member.key, { ...counted, isRepeated: true });
  }
  return byKey;
};

/** True where nothing but white space lies between `from` and `end`. */
const isRest = (bytes: Buffer, from: number, end: number): boolean => skipSpace(bytes, from) >= end;

/**
 * Finds the elements of the JSON array in `bytes` without parsing them.
 * @returns where each element lies, or undefined if this is not an array or it does not end
 */
export const scanElements = (bytes: Buffer, range: ByteRange): readonly ByteRange[] | undefined => {
  const elements: ByteRange[] = [];
  let position = skipSpace(bytes, range.start);
  if (bytes[position] !== OPEN_ARRAY) return undefined;
  position = skipSpace(bytes, position + 1);
  if (bytes[position] === CLOSE_ARRAY) return elements;
  for (;;) {
    const end = skipValue(bytes, position);
    if (end === BROKEN || end > range.end) return undefined;
    elements.push({ start: position, end });
    position = skipSpace(bytes, end);
    if (bytes[position] === CLOSE_ARRAY) return elements;
    if (bytes[position] !== COMMA) return undefined;
    position = skipSpace(bytes, position + 1);
  }
};

/** The text of a JSON string where it lies, or undefined if the value is no (valid) string. */
export const readString = (bytes: Buffer, range: ByteRange | undefined): string | undefined => {
  if (!range || bytes[range.start] !== QUOTE) return undefined;
  return parseKey(bytes, range.start, range.end);
};
