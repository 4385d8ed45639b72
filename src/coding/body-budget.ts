import { GatewayError } from '../base/errors.ts';
import { countBytes } from './body-errors.ts';

/** The memory that one body takes, from its first byte until nobody needs it any more. */
export interface Room {
  readonly bytes: number;
  /** @returns false where the budget is exhausted; then nothing has changed. Smaller always succeeds. */
  tryResize(bytes: number): boolean;
  /**
   * Waits a short while for memory if there is none. Only one call may wait at a time.
   * @throws GatewayError overloaded if none became free; then nothing has changed
   */
  resize(bytes: number): Promise<void>;
  /** Why it cannot grow at the moment. */
  exhausted(): GatewayError;
  /** Idempotent. A call that waits settles, and the room takes nothing any more. */
  release(): void;
}

/** Memory for all bodies together. */
export interface BodyBudget {
  readonly usedBytes: number;
  /** @returns an empty room */
  open(): Room;
}

export interface BodyBudgetDeps {
  /** How many bytes there are; in one of several workers, its share at the moment. */
  readonly limit: {
    readonly most: number;
    /** Borrows from other workers what is missing. Never rejects. */
    reach?(wanted: number): Promise<void>;
  };
  /** How long a body waits for room. */
  readonly waitMs: number;
}

interface Waiting {
  readonly room: BudgetedRoom;
  readonly bytes: number;
  settle(error?: GatewayError): void;
}

/** How often other workers are asked again while a body waits. */
const ASK_AGAIN_MS = 250;
/** When a client that was refused may try again: most bodies are gone within seconds. */
const RETRY_AFTER_SECONDS = 2;

const overloaded = (most: number): GatewayError =>
  new GatewayError(
    'overloaded',
    `the bodies of other requests take up the ${countBytes(most)} that BODY_MEMORY_LIMIT allows for all of them. Try again in a moment.`,
    { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
  );

class BudgetedRoom implements Room {
  readonly #budget: Budget;
  bytes = 0;
  isReleased = false;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  tryResize(bytes: number): boolean {
    return this.#budget.resize(this, bytes);
  }

  async resize(bytes: number): Promise<void> {
    if (!this.#budget.resize(this, bytes)) await this.#budget.wait(this, bytes);
  }

  exhausted(): GatewayError {
    return overloaded(this.#budget.most);
  }

  release(): void {
    this.#budget.release(this);
  }
}

class Budget implements BodyBudget {
  usedBytes = 0;
  readonly #deps: BodyBudgetDeps;
  readonly #waiting = new Set<Waiting>();

  constructor(deps: BodyBudgetDeps) {
    this.#deps = deps;
  }

  get most(): number {
    return this.#deps.limit.most;
  }

  open(): Room {
    return new BudgetedRoom(this);
  }

  resize(room: BudgetedRoom, bytes: number): boolean {
    if (room.isReleased) return true;
    const used = this.usedBytes - room.bytes + bytes;
    // A body that is alone always fits: its size has its own limit.
    const fits = bytes <= room.bytes || used <= this.#deps.limit.most || used === bytes;
    if (!fits) return false;
    const isSmaller = bytes < room.bytes;
    this.usedBytes = used;
    room.bytes = bytes;
    if (isSmaller) this.#letIn();
    return true;
  }

  wait(room: BudgetedRoom, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const { limit, waitMs } = this.#deps;
      const borrow = (): void => {
        void limit.reach?.(this.usedBytes - room.bytes + bytes).then(() => this.#letIn());
      };
      const waiting: Waiting = {
        room,
        bytes,
        settle: (error) => {
          clearTimeout(timer);
          clearInterval(again);
          this.#waiting.delete(waiting);
          if (error) reject(error);
          else resolve();
        },
      };
      this.#waiting.add(waiting);
      const timer = setTimeout(() => waiting.settle(overloaded(limit.most)), waitMs);
      const again = limit.reach && setInterval(borrow, ASK_AGAIN_MS);
      borrow();
    });
  }

  release(room: BudgetedRoom): void {
    if (room.isReleased) return;
    for (const waiting of this.#waiting) if (waiting.room === room) waiting.settle();
    this.resize(room, 0);
    room.isReleased = true;
  }

  /** A small body may overtake a large one that does not fit yet: nobody waits longer than the bound. */
  #letIn(): void {
    for (const waiting of this.#waiting) {
      if (this.resize(waiting.room, waiting.bytes)) waiting.settle();
    }
  }
}

/**
 * One budget for all request bodies that are in memory, whatever way they came and however they were coded:
 * what many of them take together is bounded, as `BODY_SIZE_LIMIT` bounds each of them.
 */
export const createBodyBudget = (deps: BodyBudgetDeps): BodyBudget => new Budget(deps);
