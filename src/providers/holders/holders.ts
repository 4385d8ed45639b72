/** Who holds what was stored by an id. */
export interface Holder {
  readonly provider: string;
  /** The managed key by which it was stored; absent where it was none. */
  readonly owner?: string;
}

/**
 * Remembers which provider holds what was stored by id: files, uploads, batches, vector stores. For all processes that
 * share the traffic.
 */
export interface Holders {
  /** Never throws; what cannot be saved is unknown later. The first note decides the owner, also that there is none. */
  note(ids: readonly string[], holder: Holder): void;
  /** @returns who holds the first of them that is known. Never rejects */
  find(ids: readonly string[]): Holder | undefined | Promise<Holder | undefined>;
}

export interface HeldId extends Holder {
  readonly id: string;
}

/** Where they outlive the process. */
interface HeldKeeper {
  /** Of earlier runs, oldest first. */
  load(): readonly HeldId[];
  keep(held: HeldId): void;
}

interface OwnHolders extends Holders {
  readonly find: (ids: readonly string[]) => Holder | undefined;
}

/** Beyond these, the ones that were not heard of for longest are forgotten. */
export const MAX_HELD_IDS = 20_000;

/** Holders known to this process. */
export const rememberHolders = (keeper?: HeldKeeper): OwnHolders => {
  const known = new Map<string, HeldId>();
  const enter = (held: HeldId): void => {
    known.delete(held.id);
    known.set(held.id, held);
    const [oldest] = known.keys();
    if (known.size > MAX_HELD_IDS && oldest !== undefined) known.delete(oldest);
  };
  for (const held of keeper?.load() ?? []) enter(held);
  return {
    note: (ids, { provider, owner }) => {
      for (const id of ids) {
        const before = known.get(id);
        const first = before ? before.owner : owner;
        const held = { id, provider, ...(first !== undefined && { owner: first }) };
        enter(held);
        if (before?.provider !== provider || before.owner !== first) keeper?.keep(held);
      }
    },
    find: (ids) => {
      const id = ids.find((one) => known.has(one));
      return id === undefined ? undefined : known.get(id);
    },
  };
};
