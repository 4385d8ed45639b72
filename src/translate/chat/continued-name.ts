/**
 * The name of a call that its server sends in pieces, or once more and longer each time.
 * @param isDeclared whether a tool has this name; absent if that is not known
 * @returns undefined if the second text is a name of its own
 */
export const continuedName = (
  before: string,
  piece: string,
  isDeclared: (name: string) => boolean = () => false,
): string | undefined => {
  if (piece.startsWith(before)) return piece;
  const joined = before + piece;
  if (isDeclared(joined)) return joined;
  return isDeclared(before) || isDeclared(piece) ? undefined : joined;
};
