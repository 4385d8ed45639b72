import { countBytes, isCorrupt, isTooLarge, type Layer } from './body-errors.ts';
import { measureZstd, walkZstd, type ZstdBlock } from './scan-zstd.ts';
import { loadZstd, type ZstdLibrary } from './zstd-library.ts';

/**
 * A body that could decode to 32 times the limit is refused unseen: a bomb, or an encoder that is flushed
 * after every few bytes. The floor keeps a low limit from refusing small bodies of the second kind.
 */
const hopelessBytesFor = (maxBytes: number): number => 32 * Math.max(maxBytes, 128 * 2 ** 20);

/** What the library may be handed: bodies that can decode to half more than the limit, or to 4 MiB more. */
const safeBytesFor = (maxBytes: number): number => maxBytes + Math.max(maxBytes / 2, 4 * 2 ** 20);

/** What may be decoded merely to learn sizes, in bytes: some seconds of one thread in the worst case. */
const proofBytesFor = (maxBytes: number): number => 16 * Math.max(maxBytes, 16 * 2 ** 20);
const MAX_PROOF_STEPS = 128;

/** Beyond this libzstd refuses to decode. RFC 9659 allows a sender 8 MB, `zstd --long` takes this. */
const MAX_WINDOW_BYTES = 2 ** 27;
const MAX_WINDOW_DESCRIPTOR = 17 << 3;

const decompressWhole = async (library: ZstdLibrary, body: Buffer, layer: Layer): Promise<Buffer> => {
  try {
    return await library.decompress(body, safeBytesFor(layer.maxBytes));
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
 * The body up to and including one block, as its own complete body: the frame of that block gets a header
 * without size and checksum, and the block the bit that says that it is the last.
 */
export const prefixUpTo = (body: Buffer, { frame, start, end, last }: ZstdBlock): Buffer => {
  if (last) return body.subarray(0, frame.checksum ? end + 4 : end);
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, windowDescriptorFor(frame.windowBytes)]);
  const lastHeader = Buffer.from(body.subarray(start, start + 3));
  lastHeader.writeUInt8(lastHeader.readUInt8(0) | 1, 0);
  const before = [body.subarray(0, frame.start), header, body.subarray(frame.blocksAt, start)];
  return Buffer.concat([...before, lastHeader, body.subarray(start + 3, end)]);
};

/**
 * Learns whether a body that could decode to more than the library may be handed really does, by decoding
 * longer and longer prefixes of it. What a prefix yields is known before the next one is chosen, so that
 * none can yield more than is safe. Returns when the whole body cannot either.
 *
 * An encoder that is flushed often makes this necessary: its blocks are small, and nothing in their
 * headers says so. Measured at a limit of 128 MiB: 60 MB flushed every 8 KB take 0.5 s, 125 MB 1.6 s.
 */
const proveSize = async (library: ZstdLibrary, body: Buffer, layer: Layer): Promise<void> => {
  const safeBytes = safeBytesFor(layer.maxBytes);
  let known = 0;
  let unproven = 0;
  let steps = 0;
  let proofBytes = 0;
  let previous: ZstdBlock | undefined;
  for (const block of walkZstd(body, layer)) {
    if (previous !== undefined && known + unproven + block.yields > safeBytes) {
      if (steps === MAX_PROOF_STEPS || proofBytes > proofBytesFor(layer.maxBytes)) {
        throw isTooLarge(
          layer,
          `its blocks hide their sizes, and ${steps} attempts to learn them ended midway`,
        );
      }
      known = (await decompressWhole(library, prefixUpTo(body, previous), layer)).length;
      if (known > layer.maxBytes) throw isTooLarge(layer, `a part of it decodes to ${countBytes(known)}`);
      unproven = 0;
      steps++;
      proofBytes += known;
    }
    unproven += block.yields;
    previous = block;
  }
};

/**
 * Undoes zstd. The native library has no limit for its output and dies of a bomb, so that every library is
 * only handed what cannot decode to much more than the limit; the headers tell, and where they do not,
 * `proveSize`.
 * @param chosen the library; absent: the best that works here
 * @returns the content of all frames, their checksums verified
 * @throws GatewayError invalid_content_encoding if the body is cut off, corrupt, followed by other
 *   bytes, or needs a dictionary or a window above 128 MiB; request_too_large above `layer.maxBytes`
 */
export const decodeZstd = async (body: Buffer, layer: Layer, chosen?: ZstdLibrary): Promise<Buffer> => {
  const hopelessBytes = hopelessBytesFor(layer.maxBytes);
  const { atLeast, atMost, windowBytes } = measureZstd(body, layer, hopelessBytes);
  if (atLeast > layer.maxBytes) throw isTooLarge(layer, `it decodes to ${countBytes(atLeast)} or more`);
  if (windowBytes > MAX_WINDOW_BYTES) {
    throw isCorrupt(
      layer,
      `it needs a window of ${countBytes(windowBytes)}, and ${countBytes(MAX_WINDOW_BYTES)} are supported`,
    );
  }
  if (atMost >= hopelessBytes) throw isTooLarge(layer, `it could decode to ${countBytes(atMost)}`);
  const library = chosen ?? (await loadZstd());
  if (atMost > safeBytesFor(layer.maxBytes)) await proveSize(library, body, layer);
  const decoded = await decompressWhole(library, body, layer);
  if (decoded.length > layer.maxBytes) {
    throw isTooLarge(layer, `it decodes to ${countBytes(decoded.length)}`);
  }
  return decoded;
};
