/** Keeps one address from taking all that there is room for. */
export interface ShareOfAddress {
  /** @returns false where this address has taken its share within the time */
  take(address: string): boolean;
}

/** Those that took longest ago are forgotten first. */
const MAX_ADDRESSES = 1_000;

/**
 * @param most of one address within `withinMs`
 * @param now milliseconds
 */
export const createShareOfAddress = (most: number, withinMs: number, now: () => number): ShareOfAddress => {
  const takenAt = new Map<string, readonly number[]>();
  return {
    take: (address) => {
      const recent = (takenAt.get(address) ?? []).filter((atMs) => atMs + withinMs > now());
      const isRoom = recent.length < most;
      takenAt.delete(address);
      takenAt.set(address, isRoom ? [...recent, now()] : recent);
      const [oldest] = takenAt.size > MAX_ADDRESSES ? takenAt.keys() : [];
      if (oldest !== undefined) takenAt.delete(oldest);
      return isRoom;
    },
  };
};
