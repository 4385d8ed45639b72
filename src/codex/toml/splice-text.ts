/** One replacement: `removed` stood at `at`, `inserted` stands there now. Offsets are UTF-16 units. */
export interface TextSplice {
  readonly at: number;
  readonly removed: string;
  readonly inserted: string;
}

/** Each splice's offset counts in the text that the one before it left. */
export const applySplices = (text: string, splices: readonly TextSplice[]): string =>
  splices.reduce(
    (current, { at, removed, inserted }) =>
      current.slice(0, at) + inserted + current.slice(at + removed.length),
    text,
  );

/** The splices that take back `splices`, in the order in which they must run. */
export const invertSplices = (splices: readonly TextSplice[]): TextSplice[] =>
  splices.map(({ at, removed, inserted }) => ({ at, removed: inserted, inserted: removed })).reverse();

/** Offset of the first character of the line that holds `offset`, behind a byte order mark. */
export const startOfLine = (text: string, offset: number): number => {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && text.startsWith('\uFEFF') ? 1 : start;
};

/** Offset behind the line break of the line that holds `offset`; the text's length on its last line. */
export const endOfLine = (text: string, offset: number): number => {
  const lineFeed = text.indexOf('\n', offset);
  return lineFeed === -1 ? text.length : lineFeed + 1;
};

/** The line break that most lines of the text end with. */
export const findLineBreak = (text: string): '\n' | '\r\n' => {
  const lineFeeds = text.split('\n').length - 1;
  const pairs = text.split('\r\n').length - 1;
  return pairs > lineFeeds / 2 ? '\r\n' : '\n';
};
