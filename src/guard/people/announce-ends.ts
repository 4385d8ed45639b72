import type { EndStore } from './end-store.ts';
import type { Ended, People } from './people.ts';

/** Ends something here and in every process and gateway. Rejects with what the store rejects with. */
export type AnnounceEnds = (ended: readonly Ended[]) => Promise<void>;

/** @param people of this process; absent where there are none, as on the command line */
export const createAnnounceEnds =
  (store: Pick<EndStore, 'add'>, people?: Pick<People, 'end'>): AnnounceEnds =>
  async (ended) => {
    // Here at once, even where the store is away.
    for (const one of ended) people?.end(one);
    await store.add(ended);
  };

/**
 * Lets nobody in whom another process, or an earlier run, has locked out.
 * @returns when that is known, or the store cannot say it; a function that stops
 */
export const followEnds = async (store: EndStore, people: Pick<People, 'end'>): Promise<() => void> => {
  const take = (ended: readonly Ended[]): void => {
    for (const one of ended) people.end(one);
  };
  take(await store.load().catch(() => []));
  return store.watch(take);
};
