/** This worker's share of a limit that all workers have in common. */
export interface Share {
  /** As it is at the moment. */
  readonly most: number;
  /**
   * Borrows of others where it is smaller than that. Never rejects.
   * @returns when it is as large, or nobody else has room
   */
  reach(wanted: number): Promise<void>;
  /** Gives away half of what is not used. @returns how much */
  lend(): number;
}

export interface ShareDeps {
  readonly first: number;
  readonly used: () => number;
  /** @returns how much more there is now; 0 where nobody has room */
  readonly borrow: (wanted: number) => Promise<number>;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Where nobody has room, nobody is asked again for so long: a flood is refused without a word to others. */
const FULL_FOR_MS = 50;

export const createShare = ({ first, used, borrow, now }: ShareDeps): Share => {
  let share = first;
  let fullUntilMs = Number.NEGATIVE_INFINITY;
  let borrowing: Promise<void> | undefined;

  const borrowMore = async (wanted: number): Promise<void> => {
    // Without an answer there is no primary, and soon no worker.
    const granted = await borrow(wanted).catch(() => 0);
    share += granted;
    if (granted === 0) fullUntilMs = now() + FULL_FOR_MS;
    borrowing = undefined;
  };
  return {
    get most() {
      return share;
    },
    reach: async (wanted) => {
      while (share < wanted && now() >= fullUntilMs) {
        borrowing ??= borrowMore(wanted - share);
        await borrowing;
      }
    },
    lend: () => {
      const given = Math.max(0, Math.ceil((share - used()) / 2));
      share -= given;
      return given;
    },
  };
};
