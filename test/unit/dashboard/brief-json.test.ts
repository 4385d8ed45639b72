import fc from 'fast-check';
import { expect, it } from 'vitest';
import { briefJson } from '../../../src/dashboard/parts/brief-json.ts';

it('is the JSON of a value that is short enough', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const json = JSON.stringify(value);
      expect(JSON.parse(briefJson(value, 1e6))).toEqual(JSON.parse(json));
    }),
  );
});

it('takes no longer for what is too deep or too long to write', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 200_000; level++) deep = level % 2 ? [deep] : { a: deep };
  expect(briefJson(deep, 80)).toContain('…');
  expect(
    briefJson(
      Array.from({ length: 1_000_000 }, () => 'long text'),
      80,
    ),
  ).toHaveLength(80);
  expect(briefJson('x'.repeat(1e7), 80).length).toBeLessThan(90);
  expect(briefJson({ type: 'x', text: 'y' }, 80, new Set(['type']))).toBe('{"text":"y"}');
});
