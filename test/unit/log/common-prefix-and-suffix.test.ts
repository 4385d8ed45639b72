import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commonPrefixAndSuffix } from '../../../src/log/bodies/common-prefix-and-suffix.ts';

const slowly = (one: Buffer, other: Buffer) => {
  const most = Math.min(one.length, other.length);
  let prefix = 0;
  while (prefix < most && one[prefix] === other[prefix]) prefix++;
  let suffix = 0;
  while (suffix < most - prefix && one.at(-1 - suffix) === other.at(-1 - suffix)) suffix++;
  return { prefix, suffix };
};
const text = fc.array(fc.constantFrom('a'.repeat(40_000), 'b'.repeat(33), 'a', 'b', ''), { maxLength: 8 });

it('counts what two texts share as a comparison byte by byte does', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const [first, second] = [Buffer.from(one.join('')), Buffer.from(other.join(''))];
      expect(commonPrefixAndSuffix(first, second)).toEqual(slowly(first, second));
    }),
    { numRuns: 100, seed: 11 },
  );
});

it('counts no byte twice where one text is a repetition of the other', () => {
  expect(commonPrefixAndSuffix(Buffer.from('abab'), Buffer.from('ababab'))).toEqual({ prefix: 4, suffix: 0 });
  expect(commonPrefixAndSuffix(Buffer.alloc(0), Buffer.from('ab'))).toEqual({ prefix: 0, suffix: 0 });
});
