const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * A bar of blocks, as exact as an eighth of a column; what is more than nothing shows.
 * @param share 0 to 1
 * @param width columns of a whole one
 */
export const drawBar = (share: number, width: number): string => {
  if (!(share > 0)) return '';
  const eighths = Math.max(1, Math.round(Math.min(1, share) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
};
