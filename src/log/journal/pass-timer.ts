/** What is queued leaves for the disk after so long: short, yet many requests share a write. */
const GATHER_MS = 15;
const RETRY_MS = 1000;

/** When the next pass over what is queued begins. */
export class PassTimer {
  readonly #begin: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(begin: () => void) {
    this.#begin = begin;
  }

  /** @param isTroubled the disk has refused the last pass */
  schedule(isTroubled: boolean): void {
    if (this.#timer) return;
    this.#timer = setTimeout(this.#begin, isTroubled ? RETRY_MS : GATHER_MS);
    // A disk that stays full must not keep the process from ending.
    if (isTroubled) this.#timer.unref();
  }

  /** A pass has begun: what is queued from now on waits for another. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
