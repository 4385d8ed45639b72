/** zstd frames made by hand, as RFC 8878 §3.1.1 lays them out: what no encoder would write, and no CLI is needed for. */

const uint = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
};

export type BlockType = 'raw' | 'rle' | 'compressed' | 'reserved';
const TYPES: readonly BlockType[] = ['raw', 'rle', 'compressed', 'reserved'];

/** A block header and the bytes behind it; `size` is what the header states. */
export const block = (type: BlockType, size: number, content: Buffer, last = false): Buffer =>
  Buffer.concat([uint((size << 3) | (TYPES.indexOf(type) << 1) | Number(last), 3), content]);

export const rawBlock = (text: string, last = false): Buffer =>
  block('raw', Buffer.byteLength(text), Buffer.from(text), last);

export const rleBlock = (bytes: number, last = false): Buffer => block('rle', bytes, Buffer.from('a'), last);

export interface FrameOptions {
  /** Window descriptor byte; 0x38 is 128 KiB. Left out: a single segment, which needs `contentBytes`. */
  readonly window?: number;
  /** Declared content size, written in `contentSizeField` bytes (4 where nothing is said). */
  readonly contentBytes?: number;
  readonly contentSizeField?: 1 | 2 | 4 | 8;
  readonly dictionaryId?: number;
  /** The four checksum bytes to append; their value is not computed. */
  readonly checksum?: Buffer;
  /** More bits for the descriptor byte, such as the reserved one. */
  readonly bits?: number;
}

export const WINDOW_128_KIB = 0x38;

const contentSizeBytes = (value: number, field: 1 | 2 | 4 | 8): Buffer => {
  if (field === 8) return Buffer.concat([uint(value % 2 ** 32, 4), uint(Math.floor(value / 2 ** 32), 4)]);
  return uint(field === 2 ? value - 256 : value, field);
};

export const frame = (options: FrameOptions, ...blocks: readonly Buffer[]): Buffer => {
  const field = options.contentSizeField ?? 4;
  const sizeFlag = options.contentBytes === undefined ? 0 : Math.log2(field);
  const dictionaryFlag = options.dictionaryId === undefined ? 0 : 3;
  const descriptor =
    (sizeFlag << 6) |
    (options.window === undefined ? 0x20 : 0) |
    (options.checksum ? 4 : 0) |
    dictionaryFlag |
    (options.bits ?? 0);
  return Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor]),
    options.window === undefined ? Buffer.alloc(0) : Buffer.from([options.window]),
    options.dictionaryId === undefined ? Buffer.alloc(0) : uint(options.dictionaryId, 4),
    options.contentBytes === undefined ? Buffer.alloc(0) : contentSizeBytes(options.contentBytes, field),
    ...blocks,
    options.checksum ?? Buffer.alloc(0),
  ]);
};

/** A frame that decoders skip, with the lowest nibble of its magic number chosen by the caller. */
export const skippable = (content: string, nibble = 0): Buffer =>
  Buffer.concat([uint(0x184d2a50 + nibble, 4), uint(Buffer.byteLength(content), 4), Buffer.from(content)]);

/**
 * What a streaming encoder (zstd 1.5, level 3, 2 MiB window, checksum on, no size) wrote when it was
 * flushed after each of forty lines: one raw and 39 compressed blocks, which by their headers could be
 * 5 MiB, and an empty one at the end.
 */
export const FLUSHED_FRAME = Buffer.from(
  `KLUv/QRYqAEAeyJpbmRleCI6MCwic3F1YXJlIjowLCJ0ZXh0Ijoib25lIHdyaXRlLCBvbmUgZmx1c2gifQpkAAAQMTEDAAALgIc1
   FQRcAAAYezI0A1ABABi+AVwAABh7MzkDUAEAGL4BdAAAIHs0MTYDAFiDEUD2AiF0AAAgezUyNQMAWWEEkL1ACGQAACB7NjM2AxAA
   GCF7hWQAACB7NzQ5AxAAGCF7hWQAACB7ODY0AxAAGCF7hWQAACB7OTgxAxAAGCF7hYQAACB7MTEwAwAexEAOIrIXCAFsAAAQezID
   AHMY5YPgUIArZAAAIHsyNDQDEAAYI9OEZAAAIHszNjkDEAAYI9OEZAAAIHs0OTYDEAAYI9OEbAAAGHs1MgNAASuEA7sAAXwAACB7
   MTI1AwBzGMhCRPYCIWQAACB7Nzg5AxAAGCPThGwAACh7ODMyNAMQAHjgaWxsAAAoezkzNjEDEAB44GlsdAAAIHsyMDQDADOEE2Aj
   AdhkAAAgezI0NAMQAAMje4VkAAAgezI0OAMQAAMje4VkAAAgezI1MgMQAAMje4VkAAAgezI1NwMQAAMje4VcAAAYezI2A1ABAM4Q
   AWQAACB7MjY3AxAAAyN7hWQAACB7MjcyAxAAAyN7hWQAACB7Mjc4AxAAAyN7hWQAACB7Mjg0AxAAAyN7hVwAABh7MzkDUAEAzhAB
   ZAAAIHszOTYDEAADI3uFdAAAIHszMTADABSFQ2AYAYR8AAAoezMzMTADAIWFw2AjAdh8AAAoezM0MTEDAPaFw2AjAdh8AAAgezM1
   MQMAzshEAIgvYAN8AAAgezMxMgMA2GSHwDACCAGEAAAoezM3MTMDAEllh8FGArABfAAAIHszODQDALplJ4BBArABfAAAIHszOTUD
   ACtmJ4BBArABAQAAhVIU4w==`,
  'base64',
);

/** What `FLUSHED_FRAME` holds. */
export const FLUSHED_CONTENT = Buffer.from(
  Array.from({ length: 40 }, (_, index) => {
    const line = { index, square: index * index, text: 'one write, one flush' };
    return `${JSON.stringify(line)}\n`;
  }).join(''),
);
