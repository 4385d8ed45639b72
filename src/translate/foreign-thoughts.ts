import { hash } from 'node:crypto';
import { type ByteRange, readString, scanElements, scanMembers } from '../json/scan-members.ts';

const ENCRYPTED = Buffer.from('"encrypted_content"');

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

/** Whether a request of the Responses API may hold thoughts that its provider has to decrypt. */
export const mayHoldThoughts = (body: Buffer): boolean => body.includes(ENCRYPTED);

interface Item {
  readonly bytes: Buffer;
  /** A name for what it has encrypted; undefined where it is no thought. */
  readonly thought: string | undefined;
}

const itemOf = (bytes: Buffer): Item => {
  if (!mayHoldThoughts(bytes)) return { bytes, thought: undefined };
  const members = scanMembers(bytes);
  // A summary of what came before is no thought: without it the conversation would lose its beginning.
  if (readString(bytes, members?.get('type')) !== 'reasoning') return { bytes, thought: undefined };
  const sealed = readString(bytes, members?.get('encrypted_content'));
  return { bytes, thought: sealed && hash('sha256', sealed) };
};

const readItems = (body: Buffer): { range: ByteRange; items: readonly Item[] } | undefined => {
  if (!mayHoldThoughts(body)) return undefined;
  const range = scanMembers(body)?.get('input');
  const elements = range && scanElements(body, range);
  return (
    range && elements && { range, items: elements.map(({ start, end }) => itemOf(body.subarray(start, end))) }
  );
};

/** Names of the thoughts in a request: digests of what is encrypted in each. */
export const namesOfThoughts = (body: Buffer): readonly string[] =>
  readItems(body)?.items.flatMap(({ thought }) => thought ?? []) ?? [];

/**
 * A request without some of its thoughts. All else stays, byte for byte.
 * @param isForeign by the name of a thought
 * @returns the very same buffer where nothing is left out
 */
export const withoutThoughts = (body: Buffer, isForeign: (name: string) => boolean): Buffer => {
  const found = readItems(body);
  if (!found) return body;
  const { range, items } = found;
  const kept = items.filter(({ thought }) => thought === undefined || !isForeign(thought));
  if (kept.length === items.length) return body;
  const list = kept.flatMap(({ bytes }, place) => (place === 0 ? [bytes] : [COMMA, bytes]));
  return Buffer.concat([body.subarray(0, range.start), OPEN, ...list, CLOSE, body.subarray(range.end)]);
};
