import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readString, scanElements, scanMembers } from '../../../src/json/scan-members.ts';

const scan = (text: string) => scanMembers(Buffer.from(text));
const slice = (bytes: Buffer, { start, end }: { start: number; end: number }): unknown =>
  JSON.parse(bytes.toString('utf8', start, end));

describe('scanMembers', () => {
  it('finds what JSON.parse finds, in any object and any spelling of white space', () => {
    const property = fc.property(
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
      fc.constantFrom(undefined, 1, '\t', '  '),
      (value, indent) => {
        const bytes = Buffer.from(JSON.stringify(value, undefined, indent));
        const members = scanMembers(bytes);
        const parsed = JSON.parse(bytes.toString()) as Record<string, unknown>;
        expect(new Set(members?.keys())).toEqual(new Set(Object.keys(parsed)));
        for (const [key, range] of members ?? []) expect(slice(bytes, range)).toEqual(parsed[key]);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('is not fooled by brackets, quotes and backslashes inside strings', () => {
    const value = {
      a: '}]{["',
      b: '\\',
      c: '\\"',
      d: `${'\\'.repeat(40)}"${'x'.repeat(60)}`,
      e: ['"', { f: '\\\\"' }],
    };
    const bytes = Buffer.from(JSON.stringify(value));
    const members = scanMembers(bytes);
    expect(
      Object.fromEntries([...(members ?? [])].map(([key, range]) => [key, slice(bytes, range)])),
    ).toEqual(value);
  });

  it('takes the last of repeated keys, as JSON.parse does', () => {
    const bytes = Buffer.from('{"model":"first","model":"last"}');
    expect(readString(bytes, scanMembers(bytes)?.get('model'))).toBe('last');
  });

  it('reads keys that are written with escapes', () => {
    const bytes = Buffer.from('{"mod\\u0065l":"m"}');
    expect(readString(bytes, scanMembers(bytes)?.get('model'))).toBe('m');
  });

  it('scans 100,000 levels of nesting without recursion', () => {
    const text = `{"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},"model":"m"}`;
    expect(readString(Buffer.from(text), scan(text)?.get('model'))).toBe('m');
  });

  it.each([
    '',
    ' ',
    '[]',
    '"text"',
    '1',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{a:1}',
    '{"a" 1}',
    '{"a":"cut',
    '{"a":"cut\\"',
    '{"a":[1,2}',
    '{"a":1}x',
    '{"a":1}{"b":2}',
    '{"a":1 "b":2}',
    '{,}',
  ])('finds no object in %j', (text) => {
    expect(scan(text)).toBeUndefined();
  });

  it('never accepts a body that was cut off', () => {
    const whole = JSON.stringify({
      model: 'm',
      input: [{ text: 'a "quoted" \\ text', list: [1, [2, {}]] }],
      n: null,
    });
    for (let end = 0; end < whole.length; end++) expect(scan(whole.slice(0, end))).toBeUndefined();
  });
});

describe('scanElements', () => {
  it('finds what JSON.parse finds', () => {
    const property = fc.property(fc.array(fc.jsonValue()), (value) => {
      const bytes = Buffer.from(JSON.stringify({ input: value }));
      const range = scanMembers(bytes)?.get('input');
      if (!range) throw new Error('no input');
      const elements = scanElements(bytes, range);
      expect(elements?.map((element) => slice(bytes, element))).toEqual(JSON.parse(JSON.stringify(value)));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it.each(['{}', '[', '[1', '[1,', '[1 2]', '"a"'])('finds no array in %j', (text) => {
    expect(scanElements(Buffer.from(text), { start: 0, end: text.length })).toBeUndefined();
  });
});
