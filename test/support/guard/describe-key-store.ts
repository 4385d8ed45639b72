import { describe, expect, it, onTestFinished } from 'vitest';
import type { KeyBook, KeyStore } from '../../../src/guard/keys/key-store.ts';
import type { ManagedKey } from '../../../src/guard/keys/managed-key.ts';
import type { SharedContent } from '../../../src/state/shared-file.ts';

const keyNamed = (name: string, place: number): ManagedKey => ({
  id: `id${String(place).padStart(8, '0')}`,
  name,
  sha256: String(place).padStart(64, '0'),
  role: 'user',
  acceptsUserPath: false,
  labels: ['ci'],
  models: ['gpt-5*'],
  providers: [],
  bodies: 'none',
  createdAt: '2026-01-01T00:00:00.000Z',
});

const adding =
  (key: ManagedKey) =>
  (book: KeyBook): KeyBook => ({ ...book, keys: [...book.keys, key] });

/** What every store of keys does. @param open opens another view of the same store each time */
export const describeKeyStore = (name: string, createPlace: () => Promise<() => KeyStore>): void => {
  describe(`the key store: ${name}`, () => {
    it('is empty at first', async () => {
      const open = await createPlace();
      expect(await open().load()).toMatchObject({ keys: [], policies: [] });
    });

    it('gives back what was put in, to every process', async () => {
      const open = await createPlace();
      const policy = { name: 'p', userPath: '/team', models: ['gpt-5*'], providers: [] };
      await open().update((book) => ({ ...adding(keyNamed('anna', 1))(book), policies: [policy] }));
      expect(await open().load()).toMatchObject({ keys: [keyNamed('anna', 1)], policies: [policy] });
    });

    it('loses no change of those that come at once', async () => {
      const open = await createPlace();
      const stores = [open(), open(), open()];
      const names = Array.from({ length: 12 }, (_, place) => `key ${place}`);
      await Promise.all(
        names.map((each, place) => (stores[place % 3] as KeyStore).update(adding(keyNamed(each, place)))),
      );
      expect((await open().load()).keys.map((key) => key.name).sort()).toEqual([...names].sort());
    });

    it('keeps what it had where a change throws', async () => {
      const open = await createPlace();
      await open().update(adding(keyNamed('anna', 1)));
      const refused = open().update(() => {
        throw new RangeError('no');
      });
      await expect(refused).rejects.toThrow('no');
      expect((await open().load()).keys).toHaveLength(1);
    });

    it('tells who watches of a change by another process', async () => {
      const open = await createPlace();
      const seen: SharedContent<KeyBook>[] = [];
      let look = (): void => {};
      const stop = open().watch((found) => {
        seen.push(found);
        look();
      });
      onTestFinished(stop);
      const until = (count: number): Promise<void> =>
        new Promise((resolve) => {
          look = () => {
            const latest = seen.at(-1);
            if (latest?.kind === 'content' && latest.content.keys.length === count) resolve();
          };
          look();
        });
      await until(0);
      await open().update(adding(keyNamed('anna', 1)));
      await until(1);
      await open().update(adding(keyNamed('bert', 2)));
      await until(2);
    });
  });
};
