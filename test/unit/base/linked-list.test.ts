import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LinkedList, type ListPlace } from '../../../src/base/linked-list.ts';

it('holds what a Set holds, in the same order, whatever comes and goes', () => {
  const adds = fc.record({ add: fc.constant(true), at: fc.nat(30) });
  const removes = fc.record({ add: fc.constant(false), at: fc.nat(30) });
  fc.assert(
    fc.property(fc.array(fc.oneof(adds, removes), { maxLength: 80 }), (steps) => {
      const list = new LinkedList<number>();
      const expected = new Set<number>();
      // Also those that were taken out before: taking them out again must change nothing.
      const places: ListPlace<number>[] = [];
      for (const { add, at } of steps) {
        if (add) {
          const value = places.length;
          places.push(list.add(value));
          expected.add(value);
        } else if (places.length > 0) {
          const place = places[at % places.length];
          if (place) list.remove(place);
          expected.delete(at % places.length);
        }
        expect(list.values()).toEqual([...expected]);
        expect(list.size).toBe(expected.size);
      }
    }),
  );
});

it('lets go of the neighbours of what was taken out', () => {
  const list = new LinkedList<string>();
  const [, middle] = [list.add('first'), list.add('middle'), list.add('last')];
  list.remove(middle);
  expect(middle).toMatchObject({ previous: undefined, next: undefined });
});
