import { isDeepStrictEqual } from 'node:util';
import type { KeyRing } from '../keys/key-ring.ts';
import type { ManagedKey } from '../keys/managed-key.ts';
import { isPersonId } from './person.ts';

/** When a token was issued, and until when it counts: milliseconds since the epoch. */
interface Span {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** What has ended before its time: all that a person had signed in to until then, or one of their sign-ins. */
export interface Ended {
  readonly kind: 'person' | 'sign-in';
  /** Of the person as the log names them, or of the sign-in. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** Who is signed in, as far as this process has seen their tokens. */
export interface People {
  /** Notes what a person may do by a token. An older token does not undo what a newer one has said. */
  note(key: ManagedKey, span: Span): void;
  /**
   * Ends all that a person may do by the tokens that they have, or one of their sign-ins. New tokens of a person count
   * again. What has ended before is passed over.
   */
  end(ended: Ended): void;
  /** All that has ended and is remembered. */
  ends(): readonly Ended[];
  /** Tells of each once. @returns a function that stops */
  onEnd(listener: (ended: Ended) => void): () => void;
  /** Whether one sign-in has ended. */
  hasEnded(signInId: string): boolean;
  /** Whether a token has ended before its time. */
  isOver(id: string, signInId: string, issuedAtMs: number): boolean;
  find(id: string): ManagedKey | undefined;
  /** Milliseconds since the epoch; 0 for who is not known. */
  untilMs(id: string): number;
  stateOf(id: string): 'active' | 'expired' | 'revoked';
  onChange(listener: () => void): () => void;
}

interface Known extends Span {
  readonly key: ManagedKey;
}

/** Those who were seen longest ago go first. */
const MAX_KNOWN = 20_000;
/** The precision of a token's times. */
const SECOND_MS = 1_000;

const keep = <Value>(map: Map<string, Value>, id: string, value: Value): void => {
  map.delete(id);
  map.set(id, value);
  const [oldest] = map.keys();
  if (map.size > MAX_KNOWN && oldest !== undefined) map.delete(oldest);
};

/** @param now milliseconds since the epoch */
export const createPeople = (now: () => number): People => {
  const known = new Map<string, Known>();
  const lockedOutAtMs = new Map<string, number>();
  const endedSignIns = new Map<string, number>();
  const listeners = new Set<() => void>();
  const endListeners = new Set<(ended: Ended) => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const isLockedOut = (id: string, issuedAtMs: number): boolean =>
    issuedAtMs + SECOND_MS <= (lockedOutAtMs.get(id) ?? 0);
  return {
    note: (key, { issuedAtMs, expiresAtMs }) => {
      const before = known.get(key.id);
      if (before && before.issuedAtMs > issuedAtMs) return;
      const isSame = before !== undefined && (before.key === key || isDeepStrictEqual(before.key, key));
      if (isSame && before.expiresAtMs === expiresAtMs) return;
      keep(known, key.id, { key, issuedAtMs, expiresAtMs });
      if (before && !isSame) tell();
    },
    end: (ended) => {
      const { kind, id, atMs } = ended;
      const map = kind === 'person' ? lockedOutAtMs : endedSignIns;
      if ((map.get(id) ?? Number.NEGATIVE_INFINITY) >= atMs) return;
      const isNews = kind === 'person' || !map.has(id);
      keep(map, id, atMs);
      if (!isNews) return;
      tell();
      for (const listener of endListeners) listener(ended);
    },
    ends: () => [
      ...[...lockedOutAtMs].map(([id, atMs]): Ended => ({ kind: 'person', id, atMs })),
      ...[...endedSignIns].map(([id, atMs]): Ended => ({ kind: 'sign-in', id, atMs })),
    ],
    onEnd: (listener) => {
      endListeners.add(listener);
      return () => void endListeners.delete(listener);
    },
    hasEnded: (signInId) => endedSignIns.has(signInId),
    isOver: (id, signInId, issuedAtMs) => endedSignIns.has(signInId) || isLockedOut(id, issuedAtMs),
    find: (id) => known.get(id)?.key,
    untilMs: (id) => known.get(id)?.expiresAtMs ?? 0,
    stateOf: (id) => {
      const entry = known.get(id);
      if (!entry || isLockedOut(id, entry.issuedAtMs)) return 'revoked';
      return entry.expiresAtMs <= now() ? 'expired' : 'active';
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

/** The keys together with who is signed in: whatever asks for a caller's key by its id finds both. */
export const withPeople = (ring: KeyRing, people: People): KeyRing => ({
  // Whoever may sign in must.
  isGuarding: true,
  get policies() {
    return ring.policies;
  },
  check: ring.check,
  stateOf: (id) => (isPersonId(id) ? people.stateOf(id) : ring.stateOf(id)),
  find: (id) => (isPersonId(id) ? people.find(id) : ring.find(id)),
  onChange: (listener) => {
    const stops = [ring.onChange(listener), people.onChange(listener)];
    return () => {
      for (const stop of stops) stop();
    };
  },
  close: ring.close,
});
