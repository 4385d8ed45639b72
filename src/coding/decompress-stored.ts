import { GatewayError } from '../base/errors.ts';
import { countBytes } from './body-errors.ts';
import { storedCodingOf } from './compress-for-storage.ts';
import { decodeBody } from './decode-body.ts';

const MAX_READ_BACK_BYTES = 2 ** 30;

/**
 * Reads back what `compressForStorage` made, or a client's zstd body that was kept as received.
 * @param limits maxBytes: the most that is decoded, 1 GiB where nothing is said
 * @throws GatewayError internal_error if the stored bytes are damaged or decode to more
 */
export const decompressStored = async (
  bytes: Buffer,
  limits: { readonly maxBytes: number } = { maxBytes: MAX_READ_BACK_BYTES },
): Promise<Buffer> => {
  try {
    return await decodeBody(bytes, [storedCodingOf(bytes)], limits);
  } catch (error) {
    const tooLarge = error instanceof GatewayError && error.code === 'request_too_large';
    throw new GatewayError(
      'internal_error',
      tooLarge
        ? `a stored body of ${countBytes(bytes.length)} decodes to more than the ${countBytes(limits.maxBytes)} that are read back`
        : `a stored body of ${countBytes(bytes.length)} is damaged; its file was cut off or changed after it was written`,
      { cause: error },
    );
  }
};
