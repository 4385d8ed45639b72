/** What a chunk takes in addition to its bytes: its own objects, and its place in the buffer that it was read into. */
const CHUNK_OVERHEAD_BYTES = 256;
/** So many small chunks become one: a client may send a body byte by byte. */
const MAX_SMALL_CHUNKS = 64;
const SMALL_BYTES = 4096;

/** The chunks of a body that is being read. */
export class ChunkList {
  readonly #chunks: Buffer[] = [];
  #small: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What they take in memory: more than their length where they are small. */
  get memoryBytes(): number {
    return this.#length + (this.#chunks.length + this.#small.length) * CHUNK_OVERHEAD_BYTES;
  }

  /** @param chunk must not change afterwards */
  add(chunk: Buffer): void {
    this.#length += chunk.length;
    this.#small.push(chunk);
    if (chunk.length > SMALL_BYTES || this.#small.length === MAX_SMALL_CHUNKS) this.#joinSmall();
  }

  /** @returns all of them as one, not copied where there is only one */
  join(): Buffer {
    const all = [...this.#chunks, ...this.#small];
    return all.length === 1 ? (all[0] as Buffer) : Buffer.concat(all, this.#length);
  }

  #joinSmall(): void {
    const joined = this.#small.length === 1 ? (this.#small[0] as Buffer) : Buffer.concat(this.#small);
    this.#small = [];
    if (joined.length > SMALL_BYTES) this.#chunks.push(joined);
    else if (joined.length > 0) this.#small.push(joined);
  }
}
