/** One response's part of a conversation: what its request added, and what it answered. */
interface Turn {
  readonly previous: Turn | undefined;
  /** JSON items separated by commas them, as client and upstream wrote them; empty where there are none. */
  readonly items: Buffer;
  /** Bytes of the conversation up to here. */
  readonly length: number;
  /** How many ids, later turns and running requests stand upon it. */
  holders: number;
}

interface Kept {
  readonly turn: Turn;
  readonly usedAt: number;
  /** Of its own items. */
  readonly itemIds: readonly string[];
}

/** The place in a conversation from which the next request goes on. */
export type Place = Turn;

export interface HistoryLimits {
  /** Bound of the items' bytes. */
  readonly maxBytes: number;
  readonly maxResponses: number;
  /** What several histories share. `take` gives false where it is exhausted. */
  readonly budget?: { take(bytes: number): boolean; giveBack(bytes: number): void };
  /** How long a response is kept since it was last gone on from; for ever if absent. */
  readonly age?: { readonly maxMs: number; readonly now: () => number };
}

/** Conversations by the ids of their responses. */
export interface ResponseHistory {
  /** Where a response has led to; kept until it is given back, whatever is forgotten meanwhile. */
  take(responseId: string): Place | undefined;
  giveBack(place: Place): void;
  has(responseId: string): boolean;
  /** The latest response that an item belongs to, where that is kept. */
  ownerOf(itemId: string): string | undefined;
  /**
   * Remembers a response; a conversation that finds no room is not remembered.
   * @param itemIds of its own items, by which `ownerOf` finds it
   */
  add(responseId: string, previous: Place | undefined, items: Buffer, itemIds?: readonly string[]): void;
  clear(): void;
  readonly bytes: number;
}

/** The items from a conversation's beginning to `place`, in order, each piece with commas inside only. */
export const itemsUpTo = (place: Place): Buffer[] => {
  const pieces: Buffer[] = [];
  for (let turn: Turn | undefined = place; turn; turn = turn.previous) {
    if (turn.items.length > 0) pieces.push(turn.items);
  }
  return pieces.reverse();
};

/**
 * Keeps what HTTP asks to be sent again each time. Turns share what came before them, so a conversation
 * takes its own length and not the square of it.
 */
export const createResponseHistory = (limits: HistoryLimits): ResponseHistory => {
  const { maxBytes, maxResponses, budget, age } = limits;
  /** The one that was used last is last. */
  const places = new Map<string, Kept>();
  /** Responses by the ids of their items. */
  const owners = new Map<string, string>();
  let bytes = 0;

  const release = (turn: Turn): void => {
    let rest: Turn | undefined = turn;
    while (rest) {
      rest.holders--;
      if (rest.holders > 0) return;
      bytes -= rest.items.length;
      budget?.giveBack(rest.items.length);
      rest = rest.previous;
    }
  };
  const forget = (responseId: string): void => {
    const place = places.get(responseId);
    if (!place) return;
    places.delete(responseId);
    for (const itemId of place.itemIds) if (owners.get(itemId) === responseId) owners.delete(itemId);
    release(place.turn);
  };
  const forgetOldest = (): boolean => {
    const oldest = places.keys().next();
    if (oldest.done) return false;
    forget(oldest.value);
    return true;
  };
  const forgetAged = (): void => {
    if (!age) return;
    const until = age.now() - age.maxMs;
    for (const [responseId, { usedAt }] of places) {
      if (usedAt > until) return;
      forget(responseId);
    }
  };
  const keep = (responseId: string, turn: Turn, itemIds: readonly string[]): void => {
    places.delete(responseId);
    places.set(responseId, { turn, usedAt: age?.now() ?? 0, itemIds });
  };
  const makeRoom = (wanted: number): boolean => {
    while (places.size >= maxResponses) forgetOldest();
    while (bytes + wanted > maxBytes) if (!forgetOldest()) return false;
    while (budget && !budget.take(wanted)) if (!forgetOldest()) return false;
    return true;
  };

  return {
    take: (responseId) => {
      forgetAged();
      const kept = places.get(responseId);
      if (!kept) return undefined;
      const { turn, itemIds } = kept;
      keep(responseId, turn, itemIds);
      turn.holders++;
      return turn;
    },
    giveBack: release,
    has: (responseId) => places.has(responseId),
    ownerOf: (itemId) => owners.get(itemId),
    add: (responseId, previous, items, itemIds = []) => {
      forgetAged();
      forget(responseId);
      const length = (previous?.length ?? 0) + items.length;
      if (length > maxBytes || !makeRoom(items.length)) return;
      bytes += items.length;
      if (previous) previous.holders++;
      keep(responseId, { previous, items, length, holders: 1 }, itemIds);
      for (const itemId of itemIds) owners.set(itemId, responseId);
    },
    clear: () => {
      while (forgetOldest());
    },
    get bytes() {
      return bytes;
    },
  };
};
