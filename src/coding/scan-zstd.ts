import { countBytes, endsEarly, isCorrupt, isTooLarge, type Layer } from './body-errors.ts';
import { readZstdFrameHeader, type ZstdFrameHeader } from './zstd-frame-header.ts';

/** One block of a zstd frame, as its three header bytes describe it. */
export interface ZstdBlock {
  readonly frame: ZstdFrameHeader;
  /** Offset of the block's header in the body. */
  readonly start: number;
  /** Offset behind the block's content. */
  readonly end: number;
  /** Whether it ends its frame. */
  readonly last: boolean;
  /** Raw and RLE blocks state how much they yield; of a compressed one only the most is known. */
  readonly exact: boolean;
  /** What the block yields, or for a compressed block the most that it can yield. */
  readonly yields: number;
}

/** What is certain about the decoded length of a zstd body before any of it is decoded; in bytes. */
export interface ZstdExtent {
  /** The body is invalid if it decodes to less: the sizes of raw and RLE blocks and the declared sizes. */
  readonly atLeast: number;
  /**
   * The body is invalid if it decodes to more: the sum over all blocks. A declared size does not lower
   * it, because libzstd 1.5.2 compares it after the last block, when everything has been written.
   */
  readonly atMost: number;
  /** The largest window that a frame asks the decoder to keep. */
  readonly windowBytes: number;
}

/** Blocks and frames: bounds the time of a walk. 128 MiB need 1,024 blocks where the encoder is not flushed. */
const MAX_PARTS = 2 ** 17;

const SKIPPABLE_HEADER_BYTES = 8;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const BLOCK_RLE = 1;
const BLOCK_COMPRESSED = 2;
const BLOCK_RESERVED = 3;

/**
 * Walks the frame and block headers of a zstd body without decoding anything.
 * @param body complete body: one or more frames, skippable frames anywhere
 * @param layer names the body in messages
 * @returns the blocks in order; when the walk has ended, the body is complete in every frame, block
 *   and checksum, and nothing follows its last frame
 * @throws GatewayError invalid_content_encoding if the body is cut off, is not zstd, has bytes behind
 *   its last frame, or needs what is not supported; request_too_large at more than 131,072 blocks and frames
 * @see RFC 8878 §3.1
 */
export function* walkZstd(body: Buffer, layer: Layer): Generator<ZstdBlock, void, undefined> {
  let offset = 0;
  let frames = 0;
  let parts = 0;
  const countPart = () => {
    parts++;
    if (parts > MAX_PARTS) {
      throw isTooLarge(layer, `it is split into more than ${MAX_PARTS.toLocaleString('en-US')} blocks`);
    }
  };
  const cutOff = (place: string) =>
    endsEarly(
      layer,
      frames === 0
        ? `${countBytes(body.length)} hold no complete frame`
        : `${countBytes(body.length)} end in ${place} of frame ${frames + 1}`,
    );

  while (offset < body.length) {
    countPart();
    const header = readZstdFrameHeader(body, offset, frames);
    if (header.kind === 'cut-off') throw cutOff('the header');
    if (header.kind === 'refused') throw isCorrupt(layer, header.reason);
    if (header.kind === 'skippable') {
      offset += SKIPPABLE_HEADER_BYTES + header.contentBytes;
      if (offset > body.length) throw cutOff('a skippable part');
      continue;
    }

    offset = header.blocksAt;
    let last = false;
    while (!last) {
      countPart();
      const start = offset;
      if (start + BLOCK_HEADER_BYTES > body.length) throw cutOff('a block header');
      const bits = body.readUIntLE(start, BLOCK_HEADER_BYTES);
      const type = (bits >> 1) & 3;
      const size = bits >> 3;
      last = (bits & 1) === 1;
      if (type === BLOCK_RESERVED) throw isCorrupt(layer, `the block at byte ${start} has the reserved type`);
      if (size > header.maxBlockBytes) {
        throw isCorrupt(
          layer,
          `the block at byte ${start} claims ${countBytes(size)}, its frame allows ${countBytes(header.maxBlockBytes)}`,
        );
      }
      offset = start + BLOCK_HEADER_BYTES + (type === BLOCK_RLE ? 1 : size);
      if (offset > body.length) throw cutOff('a block');
      const end = offset;
      if (last && header.checksum) {
        offset += CHECKSUM_BYTES;
        if (offset > body.length) throw cutOff('the checksum');
      }
      const exact = type !== BLOCK_COMPRESSED;
      yield { frame: header, start, end, last, exact, yields: exact ? size : header.maxBlockBytes };
    }
    frames++;
  }
  if (frames === 0) throw endsEarly(layer, `${countBytes(body.length)} hold no frame with data`);
}

/**
 * Bounds of what a zstd body decompresses to, from its headers alone: no memory, and about 80 ns a block.
 * @param hopelessBytes stop looking when the body could decode to so many bytes
 * @returns the bounds for the whole body, or for its beginning where that alone is certainly above
 *   `layer.maxBytes` or possibly as large as `hopelessBytes`
 * @throws GatewayError as `walkZstd`
 */
export const measureZstd = (body: Buffer, layer: Layer, hopelessBytes: number): ZstdExtent => {
  let earlierFrames = 0;
  let frameExact = 0;
  let atLeast = 0;
  let atMost = 0;
  let windowBytes = 0;
  for (const { frame, exact, yields, last } of walkZstd(body, layer)) {
    atMost += yields;
    if (exact) frameExact += yields;
    atLeast = earlierFrames + Math.max(frameExact, frame.contentBytes ?? 0);
    windowBytes = Math.max(windowBytes, frame.windowBytes);
    if (atLeast > layer.maxBytes || atMost >= hopelessBytes) break;
    if (last) {
      earlierFrames = atLeast;
      frameExact = 0;
    }
  }
  return { atLeast, atMost, windowBytes };
};
