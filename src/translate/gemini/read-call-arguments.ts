import { type ByteRange, scanElements, scanMembers } from '../../json/scan-members.ts';

const LONG_NUMBER = /\d{16}/;

/** Where the parts of the first candidate lie in a chunk. */
const findParts = (bytes: Buffer): readonly ByteRange[] => {
  const member = (range: ByteRange | undefined, key: string): ByteRange | undefined =>
    range && scanMembers(bytes, range)?.get(key);
  const candidates = scanMembers(bytes)?.get('candidates');
  const candidate = candidates && scanElements(bytes, candidates)?.[0];
  const parts = member(member(candidate, 'content'), 'parts');
  return (parts && scanElements(bytes, parts)) ?? [];
};

/**
 * Reads the arguments of the calls in one chunk, as JSON. They are written anew from their values, but where
 * that would round a number, as they stand in the chunk. The chunk is searched once, and not for each call.
 * @param chunk as it was written
 * @returns a function of a call's arguments and the place of its part
 */
export const createArgumentsReader = (chunk: string): ((args: unknown, index: number) => string) => {
  let found: { readonly bytes: Buffer; readonly parts: readonly ByteRange[] } | undefined;
  let hasLongNumber: boolean | undefined;
  return (args, index) => {
    const written = JSON.stringify(args ?? {});
    hasLongNumber ??= LONG_NUMBER.test(chunk);
    if (!hasLongNumber && !LONG_NUMBER.test(written)) return written;
    if (found === undefined) {
      const bytes = Buffer.from(chunk);
      found = { bytes, parts: findParts(bytes) };
    }
    const { bytes, parts } = found;
    const part = parts[index];
    const call = part && scanMembers(bytes, part)?.get('functionCall');
    const range = call && scanMembers(bytes, call)?.get('args');
    return range === undefined ? written : bytes.toString('utf8', range.start, range.end);
  };
};
