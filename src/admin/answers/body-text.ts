import type { StoredBody } from '../../log/port.ts';
import { readStoredBody } from '../../log/port.ts';
import type { BodyText } from '../api-types/detail.ts';

/** A UTF-8 character has at most four bytes. */
const BYTES_OF_A_CHARACTER = 4;

const isUtf8 = (bytes: Buffer): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** A logged body as text; what cannot be read is said in its place. @param limit in characters */
export const readBodyText = async (
  body: StoredBody | undefined,
  side: 'request' | 'answer',
  limit: number,
): Promise<BodyText | undefined> => {
  if (!body) return undefined;
  const read = await readStoredBody(body, side);
  if ('unreadable' in read) {
    return {
      text: `(${read.unreadable})`,
      bytes: body.bytes.length,
      shortened: false,
      cutOff: body.cutOff,
      notUtf8: false,
    };
  }
  const { bytes } = read;
  const text = new TextDecoder().decode(bytes.subarray(0, limit * BYTES_OF_A_CHARACTER));
  const kept = text.slice(0, limit);
  return {
    text: kept,
    bytes: bytes.length,
    shortened: kept.length < text.length || bytes.length > limit * BYTES_OF_A_CHARACTER,
    cutOff: body.cutOff,
    notUtf8: !isUtf8(bytes),
  };
};
