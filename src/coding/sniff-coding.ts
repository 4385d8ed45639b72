import type { Coding } from './parse-content-codings.ts';

const MAGIC: ReadonlyArray<readonly [Coding, readonly number[]]> = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** The longest beginning that has to be seen. */
export const SNIFFED_BYTES = 16;

/** What an answer of an API begins with: JSON, a field or a comment of an event stream, a page. */
const PLAIN = /^(?:\xef\xbb\xbf)?\s*(?:[{[<:]|data:|event:|id:|retry:)/;

/** Whether bytes are the beginning of an answer as it is read, in no coding. */
export const isPlain = (start: Uint8Array): boolean =>
  PLAIN.test(Buffer.from(start.subarray(0, SNIFFED_BYTES)).toString('latin1'));

/**
 * The codings that an answer really has, since servers and proxies leave the field behind when they decode a body, or
 * write what is no coding into it (`utf-8`).
 * @param declared by the header; undefined if one is not known
 * @param start at least `SNIFFED_BYTES` bytes, unless the answer is shorter
 */
export const sniffCodings = (
  declared: readonly Coding[] | undefined,
  start: Uint8Array,
): readonly Coding[] => {
  if (declared !== undefined && declared.length > 1) return declared;
  const found = MAGIC.find(([, magic]) => magic.every((byte, at) => start[at] === byte));
  if (found !== undefined) return [found[0]];
  const [only] = declared ?? [];
  return only === undefined || isPlain(start) ? [] : [only];
};
