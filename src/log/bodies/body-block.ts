import { crc32 } from 'node:zlib';
import { isObject, parseJson } from '../../base/json-object.ts';
import type { StoredCoding } from '../../coding/compress-for-storage.ts';
import type { StoredBody } from '../record.ts';
import { type BodyBase, type BodySide, parseBodyBase } from './body-reference.ts';

/**
 * A pack is a row of blocks, and a block holds the bodies of one batch, compressed together: that
 * halves the processor time of compressing each by itself, and similar bodies share their text.
 *
 * A block tells what it holds without the journal, so a pack can be read after a crash, and its
 * checksum shows a torn end. Layout, integers little-endian:
 *
 *     0  'GMBK'   4  version (1)   5  codec (0 plain, 1 zstd, 2 gzip)   6  zero
 *     8  length of the directory   12  length of the payload   16  length of the payload decoded
 *     20 CRC-32 of directory and payload   24  directory (JSON)   then the payload
 */
export interface BlockMember {
  readonly id: string;
  readonly side: BodySide;
  /** The body's own coding, alongside that of the block. */
  readonly coding: StoredBody['coding'];
  readonly cutOff: boolean;
  /** Within the decoded payload. */
  readonly start: number;
  readonly length: number;
  /** As in `BodyReference`. */
  readonly base?: BodyBase;
}

export interface BlockHead {
  readonly codec: 'identity' | StoredCoding;
  readonly directoryBytes: number;
  readonly payloadBytes: number;
  readonly decodedBytes: number;
  readonly checksum: number;
}

export const BLOCK_HEAD_BYTES = 24;
const CODECS: readonly BlockHead['codec'][] = ['identity', 'zstd', 'gzip'];
const MAGIC = 'GMBK';
const VERSION = 1;

/**
 * @param payload the members' bytes one after another, compressed where `codec` says so
 * @returns the block's parts, to be written one after another
 */
export const encodeBlock = (
  members: readonly BlockMember[],
  payload: Buffer,
  codec: BlockHead['codec'],
  decodedBytes: number,
): Buffer[] => {
  const directory = Buffer.from(JSON.stringify(members));
  const head = Buffer.alloc(BLOCK_HEAD_BYTES);
  head.write(MAGIC, 0, 'latin1');
  head[4] = VERSION;
  head[5] = CODECS.indexOf(codec);
  head.writeUInt32LE(directory.length, 8);
  head.writeUInt32LE(payload.length, 12);
  head.writeUInt32LE(decodedBytes, 16);
  head.writeUInt32LE(crc32(payload, crc32(directory)), 20);
  return [head, directory, payload];
};

/** @returns undefined if no whole head of a known version begins here */
export const decodeBlockHead = (bytes: Buffer): BlockHead | undefined => {
  if (bytes.length < BLOCK_HEAD_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC) return undefined;
  const codec = CODECS[bytes[5] ?? CODECS.length];
  if (bytes[4] !== VERSION || codec === undefined) return undefined;
  return {
    codec,
    directoryBytes: bytes.readUInt32LE(8),
    payloadBytes: bytes.readUInt32LE(12),
    decodedBytes: bytes.readUInt32LE(16),
    checksum: bytes.readUInt32LE(20),
  };
};

/**
 * @param block all bytes of one block
 * @returns undefined if the block is torn or its checksum is wrong
 */
export const decodeBlock = (
  block: Buffer,
): { readonly head: BlockHead; readonly payload: Buffer } | undefined => {
  const head = decodeBlockHead(block);
  if (!head) return undefined;
  const rest = block.subarray(BLOCK_HEAD_BYTES, BLOCK_HEAD_BYTES + head.directoryBytes + head.payloadBytes);
  if (rest.length !== head.directoryBytes + head.payloadBytes || crc32(rest) !== head.checksum)
    return undefined;
  return { head, payload: rest.subarray(head.directoryBytes) };
};

const isMember = (value: unknown): value is BlockMember =>
  isObject(value) &&
  typeof value.id === 'string' &&
  (value.side === 'request' || value.side === 'response') &&
  typeof value.start === 'number' &&
  typeof value.length === 'number' &&
  (value.base === undefined || parseBodyBase(value.base) !== undefined);

/** @returns no members where the directory is damaged */
export const decodeDirectory = (directory: Buffer): readonly BlockMember[] => {
  const members = parseJson(directory.toString());
  return Array.isArray(members) ? members.filter(isMember) : [];
};
