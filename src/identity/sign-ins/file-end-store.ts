import { join } from 'node:path';
import { isObject } from '../../base/json-object.ts';
import { ENDS_KEPT_MS, type EndStore, MAX_ENDS, readEnds } from '../../guard/people/end-store.ts';
import type { Ended } from '../../guard/people/people.ts';
import { openSharedFile } from '../../state/shared-file.ts';

const FILE = 'sign-in-ends.json';

/** Keeps what has ended in `sign-in-ends.json` of the data folder. @param now milliseconds since the epoch */
export const openFileEndStore = (dataDir: string, now: () => number): EndStore => {
  const file = openSharedFile<readonly Ended[]>({
    path: join(dataDir, FILE),
    parse: (value) => readEnds(isObject(value) ? value.ends : undefined),
    print: (ends) => ({ schemaVersion: 1, ends }),
  });
  const counting = (ends: readonly Ended[]): readonly Ended[] =>
    ends.filter(({ atMs }) => atMs + ENDS_KEPT_MS > now());
  return {
    add: async (ended) => {
      if (ended.length > 0) await file.update((kept) => [...counting(kept), ...ended].slice(-MAX_ENDS));
    },
    load: async () => counting(await file.load()),
    watch: (onEnds) =>
      file.watch((found) => {
        // Whoever is known to have ended stays so where the file cannot be read.
        if (found.kind === 'content') onEnds(counting(found.content));
      }),
  };
};
