import { describe, expect, it } from 'vitest';
import { MAX_WILDCARD_LENGTH, MAX_WILDCARDS, matchesWildcard } from '../../../src/base/match-wildcard.ts';

describe('a wildcard', () => {
  it.each([
    ['gpt-5.5', 'gpt-5.5', true],
    ['GPT-5.5', 'gpt-5*', true],
    ['gpt-4', 'gpt-5*', false],
    ['gpt-5', 'gpt-5*', true],
    ['a/b/c', 'a*c', true],
    ['a/b/cd', 'a*c', false],
    ['abab', '*ab', true],
    ['aba', 'ab*ba', false],
    ['abba', 'ab*ba', true],
    ['axbxc', 'a*b*c', true],
    ['axcxb', 'a*b*c', false],
    ['one\ntwo', 'one*two', true],
    ['gpt-5x5', 'gpt-5.5', false],
    ['[x](y)$', '[x]*$', true],
    ['', '*', true],
    ['', '', true],
    ['x', '', false],
    ['x', '**', true],
  ])('%j fits %j: %s', (text, pattern, expected) => {
    expect(matchesWildcard(text, pattern)).toBe(expected);
  });

  it('matches nothing where it is longer or has more stars than any real one', () => {
    expect(matchesWildcard('x'.repeat(MAX_WILDCARD_LENGTH), `${'x'.repeat(MAX_WILDCARD_LENGTH - 1)}*`)).toBe(
      true,
    );
    expect(matchesWildcard('x'.repeat(MAX_WILDCARD_LENGTH), `${'x'.repeat(MAX_WILDCARD_LENGTH)}*`)).toBe(
      false,
    );
    expect(matchesWildcard('x', '*'.repeat(MAX_WILDCARDS))).toBe(true);
    expect(matchesWildcard('x', '*'.repeat(MAX_WILDCARDS + 1))).toBe(false);
  });
});
