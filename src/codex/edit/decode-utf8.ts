import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../../base/errors.ts';

/**
 * The text of a file, byte order mark included.
 * @param name the file's name for messages
 * @throws GatewayError invalid_toml with line and column, since TOML is UTF-8
 */
export const decodeUtf8 = (bytes: Buffer, name: string): string => {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const start = startOfInvalidLine(bytes);
  const line = bytes.subarray(0, start).toString('latin1').split('\n').length;
  const decoded = bytes.subarray(start).toString('utf8');
  throw new GatewayError(
    'invalid_toml',
    `${name}:${line}:${decoded.indexOf('\uFFFD') + 1}: this is not UTF-8, as TOML must be. ` +
      'Save the file as UTF-8, then run this again. Nothing was written.',
  );
};

// No byte of a longer UTF-8 sequence is a line feed: each line can be looked at alone.
const startOfInvalidLine = (bytes: Buffer): number => {
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return start;
    start = end + 1;
  }
};
