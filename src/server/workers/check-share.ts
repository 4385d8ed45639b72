import { capacityOfShare, checkCapacity } from '../../guard/checks/check-capacity.ts';
import type { Share } from './share.ts';

/**
 * Makes the capacity check of one of several processes: refuses once no other worker has room.
 * @param countOpen how many there are, the one that asks among them
 */
export const createCheckShare = (share: Share, countOpen: () => number): (() => void | Promise<void>) => {
  const capacity = capacityOfShare(share);
  return () => {
    // How many there were when it came: those that come while it waits do not count.
    const open = countOpen();
    if (open <= share.most) return undefined;
    return share.reach(open).then(() => checkCapacity(open, capacity));
  };
};
