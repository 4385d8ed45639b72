import type { Layer } from './body-errors.ts';
import type { Coding } from './parse-content-codings.ts';
import { measureZstd } from './scan-zstd.ts';

/** Deflate yields at most 258 bytes for two bits, and so do gzip and a WebSocket's compression. */
export const MAX_DEFLATE_RATIO = 1032;

const MAX_RATIOS: Readonly<Partial<Record<Coding, number>>> = {
  gzip: MAX_DEFLATE_RATIO,
  deflate: MAX_DEFLATE_RATIO,
};

/**
 * How much memory undoing the codings of a body may take, from the body alone and without decoding it.
 * @param maxBytes of the decoded body; above it decoding is refused
 * @returns bytes; 0 where the headers tell that it decodes to more than `maxBytes`
 * @throws GatewayError as `measureZstd`
 */
export const boundDecoded = (wire: Buffer, codings: readonly Coding[], maxBytes: number): number => {
  const [coding] = codings;
  if (coding === undefined) return 0;
  // The bytes between two codings are in memory alongside those that they decode to.
  if (codings.length > 1) return 2 * maxBytes;
  if (coding !== 'zstd')
    return Math.min(maxBytes, wire.length * (MAX_RATIOS[coding] ?? Number.POSITIVE_INFINITY));
  const layer: Layer = { name: 'zstd body', maxBytes };
  const { atLeast, atMost } = measureZstd(wire, layer, maxBytes);
  return atLeast > maxBytes ? 0 : Math.min(maxBytes, atMost);
};
