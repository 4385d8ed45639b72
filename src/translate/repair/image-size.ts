/** In pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Of a JPEG, its colour profile and its camera's notes come before its size. */
const MAX_HEAD_BYTES = 2 ** 20;
const FIRST_BYTES = 64 * 1024;

const readPng = (bytes: Buffer): ImageSize | undefined =>
  bytes.length >= 24 && bytes.toString('latin1', 12, 16) === 'IHDR'
    ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    : undefined;

const readGif = (bytes: Buffer): ImageSize | undefined =>
  bytes.length >= 10 ? { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) } : undefined;

/** @see https://developers.google.com/speed/webp/docs/riff_container */
const readWebp = (bytes: Buffer): ImageSize | undefined => {
  if (bytes.length < 30) return undefined;
  const form = bytes.toString('latin1', 12, 16);
  if (form === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  if (form === 'VP8L') {
    const bits = bytes.readUInt32LE(21);
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  return form === 'VP8 '
    ? { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
    : undefined;
};

/** Markers that begin a frame, and with it the size. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** @see ITU-T T.81 §B.1.1 */
const readJpeg = (bytes: Buffer): ImageSize | undefined => {
  for (let at = 2; at + 9 <= bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return undefined;
    if (isFrame(marker)) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    if (marker === 0xff) at += 1;
    else if (isBare(marker)) at += 2;
    else at += 2 + Math.max(bytes.readUInt16BE(at + 2), 2);
  }
  return undefined;
};

const READERS: Readonly<Record<string, (bytes: Buffer) => ImageSize | undefined>> = {
  'image/png': readPng,
  'image/gif': readGif,
  'image/webp': readWebp,
  'image/jpeg': readJpeg,
};

const headOf = (base64: string, bytes: number): Buffer =>
  Buffer.from(base64.slice(0, Math.ceil(bytes / 3) * 4), 'base64');

/**
 * The size of an image, from its first bytes.
 * @param mediaType what these show
 * @returns undefined if they do not tell
 */
export const readImageSize = (mediaType: string, base64: string): ImageSize | undefined => {
  const read = Object.hasOwn(READERS, mediaType) ? READERS[mediaType] : undefined;
  return read?.(headOf(base64, FIRST_BYTES)) ?? read?.(headOf(base64, MAX_HEAD_BYTES));
};
