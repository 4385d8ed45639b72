import { countBytes } from './body-errors.ts';

/** The header of a frame that holds data. Offsets are in the body, sizes in bytes. */
export interface ZstdFrameHeader {
  readonly kind: 'data';
  readonly start: number;
  /** Offset of the first block. */
  readonly blocksAt: number;
  readonly windowBytes: number;
  /** The most that one block of the frame yields, and the most that it takes. */
  readonly maxBlockBytes: number;
  /** The decoded size, where the frame declares it. */
  readonly contentBytes: number | undefined;
  /** Whether four bytes of checksum follow the last block. */
  readonly checksum: boolean;
}

export type ZstdHeader =
  | ZstdFrameHeader
  | { readonly kind: 'skippable'; readonly contentBytes: number }
  | { readonly kind: 'cut-off' }
  | { readonly kind: 'refused'; readonly reason: string };

const MAGIC = 0xfd2fb528;
const MAGIC_BYTES = Buffer.from('28b52ffd', 'hex');
const FIRST_LEGACY_MAGIC = 0xfd2fb522;
const FIRST_SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK_BYTES = 128 * 1024;

const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;

const refused = (reason: string): ZstdHeader => ({ kind: 'refused', reason });
const CUT_OFF: ZstdHeader = { kind: 'cut-off' };

/** @see RFC 8878 §3.1.1.1.2: 5 bits of exponent, 3 of mantissa; 1 KiB to 3.75 TiB */
const windowBytesOf = (descriptor: number): number => {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
};

/** What begins with neither magic number: a frame cut off inside it, bytes behind the last frame, or no zstd. */
const readNoMagic = (body: Buffer, offset: number, framesBefore: number): ZstdHeader => {
  const left = body.length - offset;
  const start = body.subarray(offset, offset + 4);
  const beginsMagic = start.equals(MAGIC_BYTES.subarray(0, left)) || ((start[0] ?? 0) & 0xf0) === 0x50;
  if (left < 4 && beginsMagic) return CUT_OFF;
  return refused(
    framesBefore > 0
      ? `its last frame ends ${countBytes(left)} before the body does`
      : `it is no zstd, it starts with the bytes ${start.toString('hex')}`,
  );
};

/**
 * Reads one frame header, whichever kind of frame it is.
 * @param offset of the frame's magic number; less than the body's length
 * @param framesBefore frames with data that came before: decides whether foreign bytes are "no zstd" or
 *   bytes that follow the last frame
 * @see RFC 8878 §3.1.1.1 and §3.1.2
 */
export const readZstdFrameHeader = (body: Buffer, offset: number, framesBefore: number): ZstdHeader => {
  const left = body.length - offset;
  if (left < 4) return readNoMagic(body, offset, framesBefore);
  const magic = body.readUInt32LE(offset);
  if (magic >>> 4 === FIRST_SKIPPABLE_MAGIC >>> 4) {
    return left < 8 ? CUT_OFF : { kind: 'skippable', contentBytes: body.readUInt32LE(offset + 4) };
  }
  if (magic >= FIRST_LEGACY_MAGIC && magic < MAGIC) {
    return refused('it is in a format from before zstd 0.8');
  }
  if (magic !== MAGIC) return readNoMagic(body, offset, framesBefore);
  if (left < 5) return CUT_OFF;

  const descriptor = body.readUInt8(offset + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryIdBytes = DICTIONARY_ID_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3];
  const sizeFlag = descriptor >> 6;
  const contentSizeBytes = sizeFlag === 0 ? Number(singleSegment) : 2 ** sizeFlag;
  const dictionaryAt = offset + 5 + Number(!singleSegment);
  const contentSizeAt = dictionaryAt + dictionaryIdBytes;
  const blocksAt = contentSizeAt + contentSizeBytes;
  if (descriptor & 0x08) return refused('its frame header has the reserved bit set');
  if (blocksAt > body.length) return CUT_OFF;

  const dictionaryId = dictionaryIdBytes === 0 ? 0 : body.readUIntLE(dictionaryAt, dictionaryIdBytes);
  if (dictionaryId !== 0) {
    return refused(`it was compressed with dictionary ${dictionaryId}, which the gateway does not have`);
  }
  let contentBytes: number | undefined;
  if (contentSizeBytes === 8) contentBytes = Number(body.readBigUInt64LE(contentSizeAt));
  else if (contentSizeBytes === 2) contentBytes = body.readUInt16LE(contentSizeAt) + 256;
  else if (contentSizeBytes > 0) contentBytes = body.readUIntLE(contentSizeAt, contentSizeBytes);

  const windowBytes = singleSegment ? (contentBytes ?? 0) : windowBytesOf(body.readUInt8(offset + 5));
  return {
    kind: 'data',
    start: offset,
    blocksAt,
    windowBytes,
    maxBlockBytes: Math.min(windowBytes, MAX_BLOCK_BYTES),
    contentBytes,
    checksum: (descriptor & 0x04) !== 0,
  };
};
