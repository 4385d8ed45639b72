import { type ByteRange, scanElements, scanMembers } from '../../json/scan-members.ts';

const LONG_NUMBER = /\d{16}/;

/**
 * The arguments of the `index`th part of a chunk, as JSON. They are written anew from their values, but
 * where that would round a number, as they stand in the chunk.
 */
export const readCallArguments = (args: unknown, chunk: string, index: number): string => {
  const written = JSON.stringify(args ?? {});
  if (!LONG_NUMBER.test(written) && !LONG_NUMBER.test(chunk)) return written;
  const bytes = Buffer.from(chunk);
  const member = (range: ByteRange | undefined, key: string): ByteRange | undefined =>
    range && scanMembers(bytes, range)?.get(key);
  const element = (range: ByteRange | undefined, at: number): ByteRange | undefined =>
    range && scanElements(bytes, range)?.[at];
  const candidate = element(scanMembers(bytes)?.get('candidates'), 0);
  const part = element(member(member(candidate, 'content'), 'parts'), index);
  const found = member(member(part, 'functionCall'), 'args');
  return found === undefined ? written : bytes.toString('utf8', found.start, found.end);
};
