import { createBodyBases } from './body-bases.ts';
import type { BodyReference } from './body-reference.ts';
import type { PendingBody } from './store-bodies.ts';

/** Bodies on their way to the disk. Of one that is told from an earlier one only the difference is kept. */
export class BodyQueue {
  readonly bases = createBodyBases();
  #waiting: PendingBody[] = [];
  #unsettled = 0;
  #bytes = 0;

  /** Those that nobody has taken. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Those that are not on disk yet, taken or not. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** What will be written of them. */
  get bytes(): number {
    return this.#bytes;
  }

  add({ id, side, parts, length, coding, cutOff, whole, settle }: PendingBody): void {
    const difference = whole && this.bases.differ(whole);
    const bytes = difference ? difference.own.length : length;
    this.#unsettled++;
    this.#bytes += bytes;
    this.#waiting.push({
      id,
      side,
      parts: difference ? [] : parts,
      length: bytes,
      coding,
      cutOff,
      whole,
      difference,
      settle: (reference: BodyReference) => {
        this.#unsettled--;
        this.#bytes -= bytes;
        settle(reference);
      },
    });
  }

  takeAll(): readonly PendingBody[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}
