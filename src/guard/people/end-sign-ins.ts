import type { AnnounceEnds } from './announce-ends.ts';
import type { EntryStore } from './entry-store.ts';
import { type PersonId, personId } from './person.ts';
import { readSignIn, type SignInEntry } from './sign-in-entry.ts';

/** Ends sign-ins for good, wherever they are used. All of it rejects with what the stores reject with. */
export interface EndSignIns {
  one(id: string): Promise<void>;
  /** The sign-ins that a person has. */
  idsOf(id: PersonId): Promise<readonly string[]>;
  /** All that a person has. @returns what has ended, by its id */
  ofPerson(id: PersonId): Promise<ReadonlyMap<string, SignInEntry>>;
}

/** More than a company has. */
export const MAX_SIGN_INS = 20_000;

export interface EndSignInsDeps {
  readonly store: Pick<EntryStore, 'change' | 'list'>;
  readonly announce: AnnounceEnds;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Those that can be read, by their ids, the one that was used last first. */
export const readSignIns = async (
  store: Pick<EntryStore, 'list'>,
  limit: number,
): Promise<ReadonlyMap<string, SignInEntry>> =>
  new Map(
    [...(await store.list('sign-in', limit))].flatMap(([id, value]) => {
      const entry = readSignIn(value);
      return entry ? [[id, entry] as const] : [];
    }),
  );

export const createEndSignIns = ({ store, announce, now }: EndSignInsDeps): EndSignIns => {
  const remove = (id: string): Promise<undefined> =>
    store.change('sign-in', id, () => ({ keep: undefined, result: undefined }));
  const findOf = async (person: PersonId): Promise<ReadonlyMap<string, SignInEntry>> => {
    const all = await readSignIns(store, MAX_SIGN_INS);
    return new Map([...all].filter(([, entry]) => personId(entry.person.subject) === person));
  };
  return {
    idsOf: async (person) => [...(await findOf(person)).keys()],
    one: async (id) => {
      await announce([{ kind: 'sign-in', id, atMs: now() }]);
      // Behind it: what could not be told is still there, and can be ended again.
      await remove(id);
    },
    ofPerson: async (person) => {
      const theirs = await findOf(person);
      const atMs = now();
      // By each sign-in as well: the times of two gateways may differ, and those of tokens are whole seconds.
      await announce([
        { kind: 'person', id: person, atMs },
        ...[...theirs.keys()].map((id) => ({ kind: 'sign-in' as const, id, atMs })),
      ]);
      for (const id of theirs.keys()) await remove(id);
      return theirs;
    },
  };
};
