/**
 * The room for content codings: it turns the bytes that a client sent into the bytes that it meant, and
 * nothing else does.
 *
 * It exists because Codex, signed in with ChatGPT, compresses its requests with zstd. A gateway that does
 * not undo this fails exactly there; one that undoes it carelessly can be killed by 131 KB that decode to
 * 4 GB, or passes on the literals of a body that was cut off. So every coding is bounded before or while
 * it is undone, whatever is cut off, corrupt or followed by other bytes is an error that says so, and all
 * places that need decoded bytes (the proxy, the log, the dashboard) come here.
 *
 *     parse-content-codings   the header → codings
 *     body-budget             the memory that all bodies have together
 *     bound-decoded           how much of it decoding may take, before it begins
 *     decode-body             the codings, undone one by one, two bodies at a time
 *       decode-zstd           a library, kept from what it cannot stand
 *         zstd-library        which one: native, Node's own, or WebAssembly
 *         scan-zstd           what the block headers say about the size
 *         zstd-frame-header
 *       decode-zlib           gzip, deflate, br: Node's own, counted while it writes
 *     compress-for-storage    the log's bodies
 *     decompress-stored
 */
import { countBytes, endsEarly, isTooLarge, type Layer } from './body-errors.ts';
import { decodeZlib } from './decode-zlib.ts';
import { decodeZstd } from './decode-zstd.ts';
import { createConcurrencyLimit } from './limit-concurrency.ts';
import type { Coding } from './parse-content-codings.ts';

/**
 * Two bodies are decoded at once in the whole process, however many gateways it runs: the work happens
 * on libuv's four threads, which also read files and look up names (eight at once delayed a small file
 * read by 434 ms).
 */
const decodings = createConcurrencyLimit(2);

/** What a coding adds to a body that it cannot make smaller: 1/64 and 1 KiB are more than any needs. */
const withOverhead = (bytes: number): number => bytes + Math.ceil(bytes / 64) + 1024;

const layerOf = (codings: readonly Coding[], index: number, maxBytes: number): Layer => {
  const outer = codings.slice(index + 1);
  return {
    name: `${codings[index]} body${outer.length > 0 ? ` (inside ${outer.join(' inside ')})` : ''}`,
    // What is still compressed after this coding may exceed the limit by what compression can add.
    maxBytes: index === 0 ? maxBytes : withOverhead(maxBytes),
  };
};

export interface DecodeLimits {
  /** Bound of the decoded body. */
  readonly maxBytes: number;
  /** Asked before each coding is undone: where it says no, the result is empty. */
  readonly isWanted?: () => boolean;
}

const NOTHING = Buffer.alloc(0);

const decodeLayers = async (
  wire: Buffer,
  codings: readonly Coding[],
  { maxBytes, isWanted }: DecodeLimits,
): Promise<Buffer> => {
  let body = wire;
  for (const [index, coding] of [...codings.entries()].reverse()) {
    if (isWanted?.() === false) return NOTHING;
    const layer = layerOf(codings, index, maxBytes);
    if (body.length === 0) throw endsEarly(layer, 'it is empty');
    body = coding === 'zstd' ? await decodeZstd(body, layer) : await decodeZlib(body, coding, layer);
  }
  return body;
};

/**
 * Undoes the codings of a body, the last one first. Waits for its turn where two bodies are being decoded.
 * @param wire the complete body as received; must not change until the promise settles
 * @param codings in the order of `Content-Encoding`, see `parseContentCodings`; none returns `wire` itself
 * @param limits maxBytes: the most that the decoded body may have. Memory stays within about three times
 *   this, whatever the body claims to be.
 * @throws GatewayError invalid_content_encoding (400) where the body is empty, cut off, corrupt, or
 *   followed by other bytes; request_too_large (413) where it decodes to more than the limit
 */
export const decodeBody = async (
  wire: Buffer,
  codings: readonly Coding[],
  limits: DecodeLimits,
): Promise<Buffer> => {
  if (codings.length > 0) return decodings.run(() => decodeLayers(wire, codings, limits));
  if (wire.length > limits.maxBytes) {
    throw isTooLarge({ name: 'body', maxBytes: limits.maxBytes }, `it has ${countBytes(wire.length)}`);
  }
  return wire;
};
