/** Bytes that bodies may take in memory, all together, until they are on disk. */
export interface MemoryBudget {
  /** @returns false where it is exhausted; then nothing was taken */
  take(bytes: number): boolean;
  giveBack(bytes: number): void;
}

export const createMemoryBudget = (maxBytes: number): MemoryBudget => {
  let used = 0;
  return {
    take: (bytes) => {
      if (used + bytes > maxBytes) return false;
      used += bytes;
      return true;
    },
    giveBack: (bytes) => {
      used -= bytes;
    },
  };
};

export interface CapturedBody {
  readonly parts: readonly Uint8Array[];
  readonly length: number;
  readonly cutOff: boolean;
  /** To be given back to the budget when the body is on disk. */
  readonly reservedBytes: number;
}

/** What a chunk costs in addition to its bytes. */
const CHUNK_OVERHEAD_BYTES = 128;
/** So many chunks are kept as they come; more are copied together. */
const MAX_LOOSE_CHUNKS = 64;

/**
 * Collects a response's chunks, without copying those of a short one. A stream of ten thousand events
 * would keep as many buffers alive: every 64 chunks become one.
 */
export class BodyCapture {
  readonly #budget: MemoryBudget;
  readonly #maxBytes: number;
  readonly #joined: Uint8Array[] = [];
  #loose: Uint8Array[] = [];
  #length = 0;
  #reserved = 0;
  #cutOff = false;

  constructor(budget: MemoryBudget, maxBytes: number) {
    this.#budget = budget;
    this.#maxBytes = maxBytes;
  }

  /** @param chunk must not change afterwards */
  append(chunk: Uint8Array): void {
    if (this.#cutOff) return;
    const room = this.#maxBytes - this.#length;
    const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#cutOff = kept.length < chunk.length;
    const cost = kept.length + CHUNK_OVERHEAD_BYTES;
    if (!this.#budget.take(cost)) {
      this.#cutOff = true;
      return;
    }
    this.#reserved += cost;
    this.#length += kept.length;
    this.#loose.push(kept);
    if (this.#loose.length === MAX_LOOSE_CHUNKS) this.#join();
  }

  /** What has come so far; more may follow. */
  get captured(): CapturedBody {
    return {
      parts: [...this.#joined, ...this.#loose],
      length: this.#length,
      cutOff: this.#cutOff,
      reservedBytes: this.#reserved,
    };
  }

  #join(): void {
    this.#joined.push(Buffer.concat(this.#loose));
    this.#loose = [];
    const saved = (MAX_LOOSE_CHUNKS - 1) * CHUNK_OVERHEAD_BYTES;
    this.#budget.giveBack(saved);
    this.#reserved -= saved;
  }
}
