import * as zlib from 'node:zlib';
import type { Layer } from './body-errors.ts';
import { walkZstd } from './scan-zstd.ts';

/**
 * One implementation of zstd. What a body may decode to is bounded before a library is called, since the
 * native one has no limit itself.
 */
export interface ZstdLibrary {
  readonly name: string;
  /**
   * @param body complete frames, as `walkZstd` accepts them, which cannot decode to more than `maxBytes`
   * @throws Error if a frame is corrupt or its checksum is wrong
   */
  readonly decompress: (body: Buffer, maxBytes: number) => Promise<Buffer>;
  /** Absent: this library only decodes. @returns one frame at level 3 */
  readonly compress?: (bytes: Buffer) => Promise<Buffer>;
}

/** Makes a library ready. @throws where this machine does not have it */
type LoadLibrary = () => Promise<ZstdLibrary>;

/** The fastest one, in its own threads; it has binaries for the common platforms only. */
export const loadNative: LoadLibrary = async () => {
  const { compress, decompress } = await import('@mongodb-js/zstd');
  return { name: '@mongodb-js/zstd', decompress, compress: (bytes) => compress(bytes) };
};

type ZlibCall = (
  bytes: Buffer,
  options: { readonly maxOutputLength?: number },
  done: (error: Error | null, result: Buffer) => void,
) => void;

/** A function that this version of Node may not have. */
const zlibCall = (name: string) => {
  const call: unknown = Reflect.get(zlib, name);
  if (typeof call !== 'function') throw new Error(`this version of Node has no ${name}`);
  return (bytes: Buffer, options: Parameters<ZlibCall>[1] = {}): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      (call as ZlibCall)(bytes, options, (error, result) => (error ? reject(error) : resolve(result)));
    });
};

/** Bodies that come here have been checked already. */
const UNBOUNDED: Layer = { name: 'zstd body', maxBytes: Number.POSITIVE_INFINITY };

/** The frames with data of a body, one by one. */
const splitFrames = (body: Buffer): Buffer[] => {
  const frames: Buffer[] = [];
  for (const { frame, end, last } of walkZstd(body, UNBOUNDED)) {
    if (last) frames.push(body.subarray(frame.start, frame.checksum ? end + 4 : end));
  }
  return frames;
};

/**
 * Node's own, from 22.15 on. It stops without a word at the end of the first frame, and also where a frame is
 * cut off: it is handed single frames that are known to be complete.
 */
export const loadNodeZlib: LoadLibrary = async () => {
  const compress = zlibCall('zstdCompress');
  const decompress = zlibCall('zstdDecompress');
  return {
    name: 'node:zlib',
    compress,
    decompress: async (body, maxBytes) => {
      const parts: Buffer[] = [];
      let left = maxBytes;
      for (const frame of splitFrames(body)) {
        // A limit of 0 means none.
        const part = await decompress(frame, { maxOutputLength: Math.max(left, 1) });
        left -= part.length;
        parts.push(part);
      }
      return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    },
  };
};

/** What the block headers of a body allow it to decode to, in bytes. */
const sumYields = (body: Buffer): number => {
  let bytes = 0;
  for (const { yields } of walkZstd(body, UNBOUNDED)) bytes += yields;
  return bytes;
};

/**
 * Decodes at once, on the main thread.
 * @param body complete frames, as `walkZstd` accepts them
 * @throws Error if a frame is corrupt, its checksum is wrong, or the body decodes to more than `maxBytes`
 */
export type ZstdDecoder = (body: Buffer, maxBytes: number) => Buffer;

/**
 * libzstd as WebAssembly, for every platform that Node runs on. Its memory is kept: as much as its largest body
 * needed. A decoder in JavaScript would not do: `fzstd` accepts corrupt frames and copies its window with every
 * block, which a hostile frame turns into hours.
 */
export const loadDecoder = async (): Promise<ZstdDecoder> => {
  const { ZSTDDecoder } = await import('zstddec');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return (body, maxBytes) => {
    const capacity = Math.min(sumYields(body), maxBytes);
    if (capacity === 0) return Buffer.alloc(0);
    const { buffer, byteOffset, byteLength } = decoder.decode(body, capacity);
    // It has no other way to report an error.
    if (byteLength === 0) throw new Error('Data corruption detected');
    return Buffer.from(buffer, byteOffset, byteLength);
  };
};

export const loadWebAssembly: LoadLibrary = async () => {
  const decode = await loadDecoder();
  return { name: 'zstddec (WebAssembly)', decompress: async (body, maxBytes) => decode(body, maxBytes) };
};

/** A sentence in a compressed block. */
const SAMPLE = Buffer.from(
  'KLUv/QBYrQEA1AJXaGF0IENvZGV4IHNlbmRzLCBjb21wcmVzc2VkIGFuZCByZWFkIGFnYWluLiABAD04qTI=',
  'base64',
);
const SAMPLE_BYTES = 135;

const works = async ({ decompress }: ZstdLibrary): Promise<boolean> =>
  (await decompress(SAMPLE, SAMPLE_BYTES)).length === SAMPLE_BYTES;

const loadFirst = async (): Promise<ZstdLibrary> => {
  for (const load of [loadNative, loadNodeZlib]) {
    const library = await load().catch(() => undefined);
    if (library && (await works(library).catch(() => false))) return library;
  }
  return loadWebAssembly();
};

let loaded: Promise<ZstdLibrary> | undefined;

/** The best library that works on this machine, looked for once and only when something needs it. */
export const loadZstd = (): Promise<ZstdLibrary> => {
  loaded ??= loadFirst();
  return loaded;
};
