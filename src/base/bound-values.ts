/** What stands for every value that found no room. */
export const OTHER = 'other';

const MAX_LENGTH = 120;

/** What no label may have: it would break a line, or be read as another one. */
const UNFIT = /[^\x20-\x7e\u00a0-\uffff]/g;

/**
 * Bounds how many values a label has: each makes series that the gateway, and whoever reads them, keeps. The first ones
 * stay, so that no counter ever jumps from one series to another.
 * @param most distinct values
 */
export const createBoundedValues = (most: number) => {
  const known = new Set<string>();
  return {
    /** The value as a label may have it; `other` where there is no room for it. */
    take: (value: string): string => {
      const fit = value.slice(0, MAX_LENGTH).replace(UNFIT, '?');
      if (known.has(fit)) return fit;
      if (known.size >= most) return OTHER;
      known.add(fit);
      return fit;
    },
    /** The same for a value that may not make room for itself: `other`, unless it is known. */
    find: (value: string): string => {
      const fit = value.slice(0, MAX_LENGTH).replace(UNFIT, '?');
      return known.has(fit) ? fit : OTHER;
    },
  };
};
