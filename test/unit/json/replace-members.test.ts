import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MemberEdit, replaceMembers } from '../../../src/json/replace-members.ts';

const set = (text: string): MemberEdit => ({ kind: 'set', value: [Buffer.from(text)] });
const drop: MemberEdit = { kind: 'drop' };
const replace = (text: string, edits: Record<string, MemberEdit>): string | undefined => {
  const pieces = replaceMembers(Buffer.from(text), new Map(Object.entries(edits)));
  return pieces && Buffer.concat(pieces).toString();
};

describe('replaceMembers', () => {
  it('changes what is asked and leaves the others in their order and spelling', () => {
    const text = '{"type":"x", "n" : 1.50e+10,"input":[ 1 ],\n"s":"\\u00e9\\/","big":12345678901234567890}';
    expect(replace(text, { type: drop, input: set('[2]'), stream: set('true') })).toBe(
      '{"n" : 1.50e+10,"input":[2],"s":"\\u00e9\\/","big":12345678901234567890,"stream":true}',
    );
  });

  it.each([
    ['{}', {}, '{}'],
    ['{ }', { a: set('1') }, '{"a":1}'],
    ['{"a":1}', { a: drop }, '{}'],
    ['{"a":1}', { b: drop }, '{"a":1}'],
    ['{"a":1,"a":2}', { a: drop }, '{}'],
    ['{"a":1,"b":0,"a":2}', { a: set('3') }, '{"b":0,"a":3}'],
    ['{"\\u0061":1}', { a: set('2') }, '{"\\u0061":2}'],
    ['{"a\\"":1}', { 'a"': drop }, '{}'],
  ])('turns %s into what is asked', (text, edits, expected) => {
    expect(replace(text, edits)).toBe(expected);
  });

  it.each(['', '[]', '{"a":1', '{"a" 1}', 'null'])('gives nothing for %j, which is no object', (text) => {
    expect(replace(text, { a: drop })).toBeUndefined();
  });

  it('means the same as changing the parsed object, whatever the object is', () => {
    const keys = fc.constantFrom('type', 'input', 'stream', 'model', 'é"\\', 'x');
    const property = fc.property(
      fc.dictionary(keys, fc.jsonValue()),
      fc.constantFrom(undefined, 1, '\t'),
      fc.jsonValue(),
      (object, indent, value) => {
        const text = JSON.stringify(object, undefined, indent);
        const changed = replace(text, { type: drop, input: set(JSON.stringify(value)) });
        const { type: _type, ...rest } = object;
        expect(JSON.parse(changed ?? '')).toEqual(JSON.parse(JSON.stringify({ ...rest, input: value })));
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});
