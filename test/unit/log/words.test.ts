import { expect, it } from 'vitest';
import { joinWords, wordsOf } from '../../../src/log/search/words.ts';

it.each<[string, string[]]>([
  ['', []],
  ['  one  two ', ['one', 'two']],
  ['"one two" three', ['one two', 'three']],
  ['one one', ['one']],
  ['5" disk', ['5"', 'disk']],
  ['"not closed', ['"not', 'closed']],
  ['"" x', ['x']],
  ['"a""b c"d', ['a', 'b c', 'd']],
])('reads %j as its words', (search, words) => {
  expect(wordsOf(search)).toEqual(words);
});

it('keeps words as they are through a search and back', () => {
  for (const words of [['a', 'b c'], ['rate limit'], ['x="1"', 'y'], ['\u00a0 z']]) {
    expect(wordsOf(joinWords(words))).toEqual(words);
  }
});

it('takes the rest of an endless search for one text', () => {
  const words = wordsOf(Array.from({ length: 5_000 }, (_, place) => `w${place}`).join(' '));
  expect(words).toHaveLength(50);
  expect(words[49]).toMatch(/^w49 w50 /);
});
