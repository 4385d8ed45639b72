/** Bytes that bodies may take in memory, all together, until they are on disk. */
export interface MemoryBudget {
  /** @returns false where it is exhausted; then nothing was taken */
  take(bytes: number): boolean;
  giveBack(bytes: number): void;
  readonly usedBytes: number;
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
    get usedBytes() {
      return used;
    },
  };
};

const FIRST_BLOCK_BYTES = 4 * 1024;
const LARGEST_BLOCK_BYTES = 256 * 1024;

/**
 * Collects a response's chunks. Small ones are copied together: a stream of ten thousand events would
 * else keep ten thousand buffers alive, and the caller may use its own again.
 */
export class BodyCapture {
  readonly #budget: MemoryBudget;
  readonly #maxBytes: number;
  readonly #full: Buffer[] = [];
  #block: Buffer | undefined;
  #used = 0;
  #length = 0;
  #reserved = 0;
  #cutOff = false;

  constructor(budget: MemoryBudget, maxBytes: number) {
    this.#budget = budget;
    this.#maxBytes = maxBytes;
  }

  append(chunk: Uint8Array): void {
    if (this.#cutOff) return;
    const room = this.#maxBytes - this.#length;
    let rest = chunk;
    if (chunk.length > room) {
      this.#cutOff = true;
      rest = chunk.subarray(0, room);
    }
    while (rest.length > 0) {
      if (!this.#block || this.#used === this.#block.length) {
        if (!this.#begin(rest.length)) {
          this.#cutOff = true;
          return;
        }
      }
      const block = this.#block as Buffer;
      const part = rest.subarray(0, block.length - this.#used);
      block.set(part, this.#used);
      this.#used += part.length;
      this.#length += part.length;
      rest = rest.subarray(part.length);
    }
  }

  /** Hands over what was collected, and the duty to give `reservedBytes` back to the budget. */
  finish(): { readonly bytes: Buffer; readonly cutOff: boolean; readonly reservedBytes: number } {
    const parts = this.#block ? [...this.#full, this.#block.subarray(0, this.#used)] : this.#full;
    const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, this.#length);
    return { bytes, cutOff: this.#cutOff, reservedBytes: this.#reserved };
  }

  #begin(wantedBytes: number): boolean {
    const size = Math.min(
      Math.max(FIRST_BLOCK_BYTES, wantedBytes, this.#length),
      LARGEST_BLOCK_BYTES,
      this.#maxBytes - this.#length,
    );
    if (!this.#budget.take(size)) return false;
    this.#reserved += size;
    if (this.#block) this.#full.push(this.#block);
    this.#block = Buffer.allocUnsafeSlow(size);
    this.#used = 0;
    return true;
  }
}
