import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeCharacter } from '../../../src/sse/complete-character.ts';
import { completeObject } from '../../../src/sse/complete-json.ts';

const MEMBERS = '"type":"error","error":{"code":"x"}';

describe('completeObject', () => {
  const objects = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 }));

  test('makes an object that ends with the members of any beginning of any object', () => {
    const escaped = (text: string): string =>
      text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    fc.assert(
      fc.property(objects, fc.integer({ min: 0, max: 2 }), fc.boolean(), (object, indent, isEscaped) => {
        const json = JSON.stringify(object, null, indent);
        const text = isEscaped ? escaped(json) : json;
        for (let cut = 1; cut < text.length; cut++) {
          const begun = text.slice(0, cut);
          const whole = JSON.parse(begun + completeObject(begun, MEMBERS)) as Record<string, unknown>;
          if (whole.type !== 'error' || JSON.stringify(whole.error) !== '{"code":"x"}') return false;
        }
        return true;
      }),
    );
  });

  test.each([
    ['{"a":tr', 'ue,'],
    ['{"a":-', '0,'],
    ['{"a":1.5e', '0,'],
    ['{"a":"\\', '\\",'],
    ['{"a":"\\u00', '00",'],
    ['{"a":"\\\\u00', '",'],
    ['{"a', '":null,'],
    ['{"a":[1,', 'null],'],
    ['{"a":{"b":1,', '"":null},'],
    ['{', ''],
  ])('closes %s with %s', (begun, missing) => {
    expect(completeObject(begun, MEMBERS)).toBe(`${missing}${MEMBERS}}`);
  });

  test.each(['', '[', '[DON', 'tru', '{"a":1}', '{"a":1}}', '{]', '{"a"1', '{"a":"\n', '{a'])(
    'gives up on %j, which no member can follow',
    (text) => {
      expect(completeObject(text, MEMBERS)).toBeUndefined();
    },
  );
});

describe('completeCharacter', () => {
  const decode = (latin1: string): string =>
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(latin1, 'latin1'));

  test('makes whole text of any beginning of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = Buffer.from(text).toString('latin1');
        for (let cut = 0; cut <= bytes.length; cut++) {
          const begun = bytes.slice(0, cut);
          const missing = completeCharacter(begun);
          const characters = [...decode(begun + missing)];
          if (missing !== '') characters.pop();
          expect(text.startsWith(characters.join(''))).toBe(true);
        }
      }),
    );
  });

  test.each([
    '\xc2',
    '\xdf',
    '\xe0',
    '\xe0\xa0',
    '\xed',
    '\xef\xbb',
    '\xf0',
    '\xf0\x9f',
    '\xf4',
    '\xf4\x8f\xbf',
  ])('completes the edge case %j', (begun) => {
    expect([...decode(begun + completeCharacter(begun))]).toHaveLength(1);
  });
});
