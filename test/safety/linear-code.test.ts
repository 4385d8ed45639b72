import { analyse } from 'scslre';
import { describe, expect, it } from 'vitest';
import { findComposedPatterns, findPatterns } from './linear/find-patterns.ts';
import { excessOf } from './linear/measure.ts';
import { PARSERS } from './linear/parsers.ts';
import { pumpsOf } from './linear/pump.ts';

const PATTERN_BYTES = 64 * 1024;

/** A pattern in a tool's schema is compiled, to see whether it is one, and never run. */
const COMPILED_ONLY = [
  'translate/schema/valid-keywords.ts:',
  // Paths of the API's document: literal segments, and `[^/]+` between two slashes.
  'admin/api/routes.ts:',
];

const run = (pattern: RegExp, text: string): void => {
  text.replace(pattern, '');
};

/** How much more than allowed a pattern costs on the worst text that was found. */
const worstOf = (pattern: RegExp): number => {
  const harmless = 'The quick brown fox jumps over it.\n'.repeat(PATTERN_BYTES / 35);
  let worst = 0;
  for (const text of pumpsOf(pattern, PATTERN_BYTES)) {
    worst = Math.max(
      worst,
      excessOf(
        () => run(pattern, text),
        () => run(pattern, harmless),
      ),
    );
    if (worst > 1) break;
  }
  return worst;
};

const superlinearPartsOf = (pattern: RegExp): string[] =>
  analyse(pattern, { reportTypes: { Move: true, Self: true, Trade: true } }).reports.map(
    ({ type, character }) => `${type} at ${character.literal.source}`,
  );

describe('H2: every regular expression', () => {
  const patterns = findPatterns();

  it('is found', () => {
    expect(patterns.length).toBeGreaterThan(200);
  });

  it('stands in the source text, where this test sees it', () => {
    const others = findComposedPatterns().filter(
      (place) => !COMPILED_ONLY.some((file) => place.startsWith(file)),
    );
    expect(others).toEqual([]);
  });

  it('has no part that can be matched in superlinear time', () => {
    const found = patterns
      .map(({ place, literal, pattern }) => ({ place, literal, parts: superlinearPartsOf(pattern) }))
      .filter(({ parts }) => parts.length > 0);
    expect(found).toEqual([]);
  });

  it('takes 64 KB of its own worst prefix in the time of harmless text', () => {
    const slow = patterns
      .map(({ place, literal, pattern }) => ({ place, literal, excess: worstOf(pattern) }))
      .filter(({ excess }) => excess > 1);
    expect(slow).toEqual([]);
  });

  it.each([
    /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)*/g,
    /^\s*([^/(]+?(?:\/[A-Za-z]+)?)[/ ]v?(\d[^\s(;,]*)/,
    /^[ \t]+|[ \t]+$/g,
    /<[^>]*>|\s+/g,
    /[-+.\w]*$/,
    /\$?\$\{([^}]*)\}/g,
    /^(.*?)(?:\/openai(?:\/.*)?)?$/,
    /input token count.*exceeds/i,
    /\/+$/,
    /(a+)+$/,
  ])('is caught where it is like %s', (pattern) => {
    expect(superlinearPartsOf(pattern).length > 0 || worstOf(pattern) > 1).toBe(true);
  });
});

describe('H2: every parser', () => {
  it.each(PARSERS)(
    '$name takes hostile input in the time of harmless input',
    ({ hostile, harmless, isCuttable = false, parse }) => {
      const excesses = hostile.map((make) => {
        const input = make();
        return excessOf(
          () => parse(input),
          () =>
            parse(
              isCuttable && harmless.length > input.length ? harmless.subarray(0, input.length) : harmless,
            ),
        );
      });
      expect(Math.max(...excesses)).toBeLessThanOrEqual(1);
    },
  );
});
