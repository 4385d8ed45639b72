import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lastObjects } from '../../../src/json/last-elements.ts';

const objectsOf = (text: string): unknown[] => {
  const bytes = Buffer.from(text);
  return [...lastObjects(bytes, { start: 0, end: bytes.length })].map(({ start, end }) =>
    JSON.parse(bytes.toString('utf8', start, end)),
  );
};

it('gives the objects of any array from its end, whatever their strings hold', () => {
  const strings = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', 'é', ',') }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      strings,
      fc.integer(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(strings, tie('value'), { maxKeys: 3 }),
    ),
  }));
  const objects = fc.array(fc.dictionary(strings, value, { maxKeys: 4, noNullPrototype: true }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(objects, fc.constantFrom(0, 2), (list, indent) => {
      const text = JSON.stringify(list, null, indent);
      expect(objectsOf(text)).toEqual([...JSON.parse(text)].reverse());
    }),
  );
});

it('stops at what is no object', () => {
  expect(objectsOf('[{"a":1},2,{"b":"]"}]')).toEqual([{ b: ']' }]);
  expect(objectsOf('[{"a":1},"x"]')).toEqual([]);
  expect(objectsOf('[[{"a":1}]]')).toEqual([]);
  expect(objectsOf('"x"')).toEqual([]);
  expect(objectsOf('[]')).toEqual([]);
});

it('looks at the end alone', () => {
  // What comes before is broken, and far longer.
  const bytes = Buffer.from(`[${'}'.repeat(1_000_000)},{"a":"\\\\"}]`);
  const [first] = lastObjects(bytes, { start: 0, end: bytes.length });
  expect(first && bytes.toString('utf8', first.start, first.end)).toBe('{"a":"\\\\"}');
});
