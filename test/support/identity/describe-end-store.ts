import { describe, expect, it } from 'vitest';
import { ENDS_KEPT_MS, type EndStore } from '../../../src/guard/people/end-store.ts';
import type { Ended } from '../../../src/guard/people/people.ts';

const byId = (ends: readonly Ended[]): readonly Ended[] =>
  [...ends].sort((one, other) => one.id.localeCompare(other.id));

/** What every store of ends does. @param open gives a place: each call of what it gives opens a store on it */
export const describeEndStore = (
  name: string,
  open: () => Promise<(now: () => number) => EndStore>,
): void => {
  describe(`what has ended, in ${name}`, () => {
    const anna: Ended = { kind: 'person', id: 'sso:ä', atMs: 1_000 };
    const laptop: Ended = { kind: 'sign-in', id: 'ab12', atMs: 1_000 };

    it('is told to whoever watches, at first and after each change by another process', async () => {
      const place = await open();
      const [writer, reader] = [place(() => 1_000), place(() => 1_000)];
      expect(await reader.load()).toEqual([]);
      const told: (readonly Ended[])[] = [];
      const stop = reader.watch((ends) => void told.push(byId(ends)));
      await expect.poll(() => told).toEqual([[]]);
      await writer.add([anna]);
      await expect.poll(() => told.at(-1)).toEqual([anna]);
      await writer.add([laptop]);
      await expect.poll(() => told.at(-1)).toEqual(byId([anna, laptop]));
      stop();
      expect(byId(await place(() => 1_000).load())).toEqual(byId([anna, laptop]));
    });

    it('is forgotten when no token can count any more that it ends', async () => {
      let nowMs = 1_000;
      const store = (await open())(() => nowMs);
      await store.add([anna]);
      nowMs += ENDS_KEPT_MS - 1;
      expect(await store.load()).toEqual([anna]);
      nowMs += 1;
      expect(await store.load()).toEqual([]);
      await store.add([{ ...anna, atMs: nowMs }]);
      expect(await store.load()).toEqual([{ ...anna, atMs: nowMs }]);
    });

    it('loses nothing where several processes add at once, or the same twice', async () => {
      const place = await open();
      const stores = [place(() => 1_000), place(() => 1_000)];
      const all = Array.from({ length: 30 }, (_, at): Ended => ({ ...laptop, id: `${at}`.padStart(2, '0') }));
      await Promise.all(all.map((one, at) => stores[at % 2]?.add([one, one])));
      await stores[0]?.add([]);
      const ids = (await stores[1]?.load())?.map(({ id }) => id) ?? [];
      expect([...new Set(ids)].sort()).toEqual(all.map(({ id }) => id));
    });
  });
};
