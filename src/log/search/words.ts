/** What is looked for at once; the rest of a longer search is one text. */
const MAX_WORDS = 50;

const isSpace = (character: string | undefined): boolean =>
  character !== undefined && character.trim() === '';

/**
 * The words of a search, all of which must be found; what stands in quotes is one of them. Total: a quote that is not
 * closed is a character like any other. One step for each character.
 */
export const wordsOf = (search: string): readonly string[] => {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(search[at])) at++;
    if (at >= search.length) return [...new Set(words)];
    const closing = search[at] === '"' ? search.indexOf('"', at + 1) : -1;
    const start = at;
    if (words.length === MAX_WORDS - 1) at = search.length;
    else if (closing >= 0) at = closing + 1;
    else while (at < search.length && !isSpace(search[at])) at++;
    const word =
      closing >= 0 && at === closing + 1 ? search.slice(start + 1, closing) : search.slice(start, at);
    if (word !== '') words.push(word);
  }
};

/** The search of some words. */
export const joinWords = (words: readonly string[]): string =>
  words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ');
