import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MaxHeap } from '../../../src/log/files/max-heap.ts';

it('gives the newest first, whatever the order in which they came', () => {
  const ranked = fc.record({ id: fc.string({ maxLength: 3 }), startedAtMs: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(ranked), (items) => {
      const heap = new MaxHeap<number>();
      items.forEach((item, index) => {
        heap.push({ ...item, value: index });
      });
      const taken = items.map(() => heap.pop());
      const byRank = (one: (typeof items)[number], other: (typeof items)[number]): number =>
        other.startedAtMs - one.startedAtMs || (other.id > one.id ? 1 : other.id < one.id ? -1 : 0);
      const rank = (item: { id: string; startedAtMs: number } | undefined) => [item?.startedAtMs, item?.id];
      expect(taken.map(rank)).toEqual([...items].sort(byRank).map(rank));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
