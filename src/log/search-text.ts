import { readStoredBody } from './bodies/read-stored-body.ts';
import type { StoredBody } from './record.ts';
import { wordsOf } from './search/words.ts';

/** A word as it may stand in a body: as it is, and as JSON writes it; in lower case. */
type Needles = readonly string[];

const needlesOf = (word: string): Needles => {
  const plain = word.toLowerCase();
  return [...new Set([plain, JSON.stringify(plain).slice(1, -1)])];
};

/** The words of a search, to be found one by one: an exchange may say one in its request and another in its answer. */
export interface WordHunt {
  readonly words: readonly string[];
  /**
   * @param missing places of the words that are still to be found
   * @returns those of them that the body does not hold either; all where it cannot be read
   */
  missingIn(body: StoredBody, missing: readonly number[]): Promise<readonly number[]>;
}

export const huntFor = (search: string): WordHunt => {
  const words = wordsOf(search);
  const needles = words.map(needlesOf);
  return {
    words,
    missingIn: async (body, missing) => {
      const read = await readStoredBody(body, 'answer');
      if (!('bytes' in read)) return missing;
      const text = new TextDecoder().decode(read.bytes).toLowerCase();
      return missing.filter((place) => !needles[place]?.some((needle) => text.includes(needle)));
    },
  };
};
