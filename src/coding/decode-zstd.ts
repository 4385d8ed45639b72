import { decompress } from '@mongodb-js/zstd';
import { countBytes, isCorrupt, isTooLarge, type Layer } from './body-errors.ts';
import { measureZstd, walkZstd, type ZstdBlock } from './scan-zstd.ts';

/** A body that could decode to this many times the limit is refused unseen: such bodies are bombs. */
const HOPELESS_MULTIPLE = 32;
/** Below this limit the multiple would hit small bodies of encoders that flush after every few bytes. */
const HOPELESS_FLOOR_BYTES = 128 * 2 ** 20;
/** The library may be handed what decodes to the limit and half of it more, or to 1 MiB more. */
const MIN_SLACK_BYTES = 2 ** 20;
const MAX_STEPS = 64;
const MAX_STEP_WORK_MULTIPLE = 16;
/** Beyond this libzstd refuses to decode. RFC 9659 allows a sender 8 MB, `zstd --long` takes this. */
const MAX_WINDOW_BYTES = 2 ** 27;
const MAX_WINDOW_DESCRIPTOR = 17 << 3;

const decompressWhole = async (body: Buffer, layer: Layer): Promise<Buffer> => {
  try {
    return await decompress(body);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^zstd: /, '') : String(error);
    throw isCorrupt(layer, `${reason} (${countBytes(body.length)})`, error);
  }
};

/** The smallest window descriptor that allows a window of at least so many bytes (RFC 8878 §3.1.1.1.2). */
const windowDescriptorFor = (windowBytes: number): number => {
  for (let descriptor = 0; descriptor < MAX_WINDOW_DESCRIPTOR; descriptor++) {
    const base = 2 ** (10 + (descriptor >> 3));
    if (base + (base / 8) * (descriptor & 7) >= windowBytes) return descriptor;
  }
  return MAX_WINDOW_DESCRIPTOR;
};

/**
 * The body up to and with one block, as a complete body of its own: the frame of that block gets a header
 * without size and checksum, and the block the bit that says that it is the last.
 */
const prefixUpTo = (body: Buffer, { frame, start, end, last }: ZstdBlock): Buffer => {
  if (last) return body.subarray(0, frame.checksum ? end + 4 : end);
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, windowDescriptorFor(frame.windowBytes)]);
  const lastHeader = Buffer.from(body.subarray(start, start + 3));
  lastHeader.writeUInt8(lastHeader.readUInt8(0) | 1, 0);
  const before = [body.subarray(0, frame.start), header, body.subarray(frame.blocksAt, start)];
  return Buffer.concat([...before, lastHeader, body.subarray(start + 3, end)]);
};

/**
 * Learns whether a body that could decode to more than `safeBytes` really does, by decoding longer and
 * longer prefixes of it. What a prefix yields is known before the next one is chosen, so that none can
 * yield more than `safeBytes`. Returns when the whole body cannot either.
 *
 * An encoder that is flushed often makes this necessary: its blocks are small, and nothing in their
 * headers says so. With a body of T bytes that looks r times as large, it takes about r·T/limit steps.
 */
const proveSize = async (body: Buffer, layer: Layer, safeBytes: number): Promise<void> => {
  let known = 0;
  let unproven = 0;
  let steps = 0;
  let work = 0;
  let previous: ZstdBlock | undefined;
  for (const block of walkZstd(body, layer)) {
    if (previous !== undefined && known + unproven + block.yields > safeBytes) {
      if (steps === MAX_STEPS || work > MAX_STEP_WORK_MULTIPLE * safeBytes) {
        throw isTooLarge(layer, `its blocks do not say how large they are, ${steps} steps decoded a part`);
      }
      known = (await decompressWhole(prefixUpTo(body, previous), layer)).length;
      if (known > layer.maxBytes) throw isTooLarge(layer, `a part decodes to ${countBytes(known)}`);
      unproven = 0;
      steps++;
      work += known;
    }
    unproven += block.yields;
    previous = block;
  }
};

/**
 * Undoes zstd. The library has no limit for its output and dies of a bomb, so it is only handed what
 * cannot decode to much more than the limit; the headers tell, and where they do not, `proveSize`.
 * @returns the content of all frames, their checksums verified
 * @throws GatewayError invalid_content_encoding where the body is cut off, corrupt, followed by other
 *   bytes, or needs a dictionary or a window above 128 MiB; request_too_large above `layer.maxBytes`
 */
export const decodeZstd = async (body: Buffer, layer: Layer): Promise<Buffer> => {
  const { atLeast, atMost, windowBytes } = measureZstd(body, layer);
  if (atLeast > layer.maxBytes) throw isTooLarge(layer, `it decodes to ${countBytes(atLeast)} or more`);
  if (windowBytes > MAX_WINDOW_BYTES) {
    throw isCorrupt(
      layer,
      `it needs a window of ${countBytes(windowBytes)}, and ${countBytes(MAX_WINDOW_BYTES)} are supported`,
    );
  }
  if (atMost >= HOPELESS_MULTIPLE * Math.max(layer.maxBytes, HOPELESS_FLOOR_BYTES)) {
    throw isTooLarge(layer, `it could decode to ${countBytes(atMost)}`);
  }
  const safeBytes = layer.maxBytes + Math.max(layer.maxBytes / 2, MIN_SLACK_BYTES);
  if (atMost > safeBytes) await proveSize(body, layer, safeBytes);
  const decoded = await decompressWhole(body, layer);
  if (decoded.length > layer.maxBytes) {
    throw isTooLarge(layer, `it decodes to ${countBytes(decoded.length)}`);
  }
  return decoded;
};
