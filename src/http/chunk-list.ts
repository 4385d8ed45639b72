/** What a chunk takes in addition to its bytes: its own objects, and its place in the buffer that it was read into. */
const CHUNK_OVERHEAD_BYTES = 256;
/** So many small chunks become one: a client may send a body byte by byte. */
const MAX_SMALL_CHUNKS = 64;
const SMALL_BYTES = 4096;

/** The chunks of a body that is being read. */
export interface ChunkList {
  readonly length: number;
  /** What they take in memory: more than their length where they are small. */
  readonly memoryBytes: number;
  /** @param chunk must not change afterwards */
  add(chunk: Buffer): void;
  /** @returns all of them as one, not copied where there is only one */
  join(): Buffer;
}

export const createChunkList = (): ChunkList => {
  const chunks: Buffer[] = [];
  let small: Buffer[] = [];
  let length = 0;
  const joinSmall = (): void => {
    const joined = small.length === 1 ? (small[0] as Buffer) : Buffer.concat(small);
    small = [];
    if (joined.length > SMALL_BYTES) chunks.push(joined);
    else if (joined.length > 0) small.push(joined);
  };
  return {
    get length() {
      return length;
    },
    get memoryBytes() {
      return length + (chunks.length + small.length) * CHUNK_OVERHEAD_BYTES;
    },
    add: (chunk) => {
      length += chunk.length;
      small.push(chunk);
      if (chunk.length > SMALL_BYTES || small.length === MAX_SMALL_CHUNKS) joinSmall();
    },
    join: () => {
      const all = [...chunks, ...small];
      return all.length === 1 ? (all[0] as Buffer) : Buffer.concat(all, length);
    },
  };
};
