import { formatByteSize } from '../../base/bytes.ts';
import { GatewayError } from '../../base/errors.ts';
import { decompressStored } from '../../coding/decompress-stored.ts';
import type { StoredBody } from '../record.ts';

/** A logged body as it was sent, or the sentence that says why it cannot be read. */
export type ReadBody = { readonly bytes: Buffer } | { readonly unreadable: string };

/** More than any body that the gateway takes by default; a larger one is read from its file. */
const MAX_READ_BYTES = 256 * 2 ** 20;
const BINARY_PROBE = 8192;

/** @param side for the sentence that says why a body cannot be read */
export const readStoredBody = async (body: StoredBody, side: 'request' | 'answer'): Promise<ReadBody> => {
  if (body.unreadable !== undefined) return { unreadable: body.unreadable };
  if (body.coding === 'identity') return { bytes: body.bytes };
  try {
    return { bytes: await decompressStored(body.bytes, { maxBytes: MAX_READ_BYTES }) };
  } catch (error) {
    if (body.cutOff) {
      const kept = formatByteSize(body.bytes.length);
      return { unreadable: `the log kept only the first ${kept} of the compressed ${side}` };
    }
    const reason = error instanceof GatewayError ? error.message : String(error);
    return { unreadable: `the logged ${side} cannot be read: ${reason}` };
  }
};

/** True for a body that is no text in any encoding that an API uses. */
export const isBinary = (bytes: Buffer): boolean => bytes.subarray(0, BINARY_PROBE).includes(0);

/** A body as text, bytes that are no UTF-8 as U+FFFD. */
export const bodyText = (bytes: Buffer): string => new TextDecoder().decode(bytes);
