import { displayWidth, padRight, truncate } from '../fit-width.ts';

/** What a piece of a line means, never how it looks. */
export type Tone = 'plain' | 'secondary' | 'good' | 'warning' | 'bad';

export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

export const secondary = (text: string): Piece => ({ text, tone: 'secondary' });

/** Pieces as exactly `width` columns: cut with an ellipsis, or filled with blanks. */
export const fitPieces = (pieces: readonly Piece[], width: number): Piece[] => {
  const fitted: Piece[] = [];
  let room = width;
  for (const [index, piece] of pieces.entries()) {
    const size = displayWidth(piece.text);
    const more = index < pieces.length - 1;
    if (size < room || (size === room && !more)) {
      fitted.push(piece);
      room -= size;
      continue;
    }
    fitted.push({ ...piece, text: truncate(more && size === room ? `${piece.text} ` : piece.text, room) });
    return fitted;
  }
  return Number.isFinite(room) ? [...fitted, { text: padRight('', room), tone: 'plain' }] : fitted;
};
