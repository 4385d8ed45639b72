/** Bounds of a pattern: one that is longer, or has more stars, matches nothing. */
export const MAX_WILDCARD_LENGTH = 512;
export const MAX_WILDCARDS = 16;

/**
 * Compiles `gpt-5*` to a test of the whole text, ignoring case; `*` stands for any characters.
 * There is no pattern engine behind it: the parts between the stars are searched from left to right, each
 * once, since the first place where a part fits leaves the most for the parts behind it.
 */
export const compileWildcard = (pattern: string): ((text: string) => boolean) => {
  if (pattern.length > MAX_WILDCARD_LENGTH) return () => false;
  const [head = '', ...rest] = pattern.toLowerCase().split('*');
  if (rest.length > MAX_WILDCARDS) return () => false;
  const tail = rest.pop();
  if (tail === undefined) return (text) => text.toLowerCase() === head;
  const parts = rest.filter((part) => part !== '');
  return (text) => {
    const lower = text.toLowerCase();
    if (lower.length < head.length + tail.length || !lower.startsWith(head) || !lower.endsWith(tail)) {
      return false;
    }
    const end = lower.length - tail.length;
    let from = head.length;
    for (const part of parts) {
      const found = lower.indexOf(part, from);
      if (found < 0) return false;
      from = found + part.length;
      if (from > end) return false;
    }
    return true;
  };
};

/** The same for a pattern that is used once. */
export const matchesWildcard = (text: string, pattern: string): boolean => compileWildcard(pattern)(text);
