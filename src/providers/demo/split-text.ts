const MAX_PIECES = 40;

/** Splits a text at word boundaries into at most 40 pieces that join to it again, as a model streams it. */
export const splitText = (text: string): string[] => {
  const words = text.match(/\S+\s*|\s+/g) ?? [];
  const perPiece = Math.ceil(words.length / MAX_PIECES);
  const pieces: string[] = [];
  for (let start = 0; start < words.length; start += perPiece) {
    pieces.push(words.slice(start, start + perPiece).join(''));
  }
  return pieces;
};
