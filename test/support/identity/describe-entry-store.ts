import { describe, expect, it } from 'vitest';
import type { EntryStore } from '../../../src/guard/people/entry-store.ts';

const KEY = 'ab12';
const OTHER = 'ff';

/** What every store of sign-ins does. @param open gives a place: each call of what it gives opens a store on it */
export const describeEntryStore = (
  name: string,
  open: () => Promise<(now: () => number) => EntryStore>,
): void => {
  describe(`the sign-ins in ${name}`, () => {
    it('are read as they were kept, by kind and key, and removed', async () => {
      const store = (await open())(() => 1_000);
      const keep = { person: { name: 'änna', groups: ['a'] }, expiresAtMs: 2_000 };
      expect(await store.change('code', KEY, () => ({ keep, result: 'made' }))).toBe('made');
      expect(await store.read('code', KEY)).toEqual(keep);
      expect([await store.read('device', KEY), await store.read('code', OTHER)]).toEqual([
        undefined,
        undefined,
      ]);
      expect([await store.count('code'), await store.count('user-code')]).toEqual([1, 0]);
      await store.change('code', KEY, () => ({ keep: undefined, result: undefined }));
      expect([await store.read('code', KEY), await store.count('code')]).toEqual([undefined, 0]);
    });

    it('are gone when their time is over, and swept away', async () => {
      let nowMs = 1_000;
      const store = (await open())(() => nowMs);
      for (const [key, expiresAtMs] of [
        [KEY, 2_000],
        [OTHER, 3_000],
      ] as const) {
        await store.change('sign-in', key, () => ({ keep: { expiresAtMs }, result: undefined }));
      }
      nowMs = 2_000;
      expect([await store.read('sign-in', KEY), await store.read('sign-in', OTHER)]).toEqual([
        undefined,
        { expiresAtMs: 3_000 },
      ]);
      expect(await store.change('sign-in', KEY, (current) => ({ keep: undefined, result: current }))).toBe(
        undefined,
      );
      await store.sweep();
      expect(await store.count('sign-in')).toBe(1);
    });

    it('are listed by kind, those that expire last first, and no more than are asked for', async () => {
      const store = (await open())(() => 1_000);
      for (const [kind, key, expiresAtMs] of [
        ['sign-in', '01', 3_000],
        ['sign-in', '02', 1_000],
        ['sign-in', '03', 5_000],
        ['sign-in', '04', 4_000],
        ['code', '05', 9_000],
      ] as const) {
        await store.change(kind, key, () => ({ keep: { name: key, expiresAtMs }, result: undefined }));
      }
      expect([...(await store.list('sign-in', 10))]).toEqual([
        ['03', { name: '03', expiresAtMs: 5_000 }],
        ['04', { name: '04', expiresAtMs: 4_000 }],
        ['01', { name: '01', expiresAtMs: 3_000 }],
      ]);
      expect([...(await store.list('sign-in', 2)).keys()]).toEqual(['03', '04']);
      expect((await store.list('device', 2)).size).toBe(0);
    });

    it('are changed one after the other, whoever changes them', async () => {
      const place = await open();
      const stores = [place(() => 1_000), place(() => 1_000)];
      const add = (store: EntryStore): Promise<number> =>
        store.change('device', KEY, (current) => {
          const count = Number(current?.count ?? 0) + 1;
          return { keep: { count, expiresAtMs: 2_000 }, result: count };
        });
      const counts = await Promise.all(
        Array.from({ length: 20 }, (_, at) => add(stores[at % 2] as EntryStore)),
      );
      expect(counts.sort((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    });

    it('stay as they are where a change throws', async () => {
      const store = (await open())(() => 1_000);
      await store.change('code', KEY, () => ({ keep: { expiresAtMs: 2_000 }, result: undefined }));
      const failing = store.change('code', KEY, () => {
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await store.read('code', KEY)).toEqual({ expiresAtMs: 2_000 });
    });
  });
};
