import { hash, timingSafeEqual } from 'node:crypto';
import type { EntryStore } from '../../guard/people/entry-store.ts';
import { createSecret, digestOf } from './secrets.ts';

/** What a code was issued for. */
interface CodeTerms {
  readonly signInId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** SHA-256 of the verifier, in base64url. */
  readonly challenge: string;
}

/** What a client shows for its code. */
interface Redemption {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly verifier: string;
}

/** Codes that programs turn into tokens: each once, within a minute, with the verifier that goes with it. */
export interface Codes {
  issue(terms: CodeTerms): Promise<string>;
  /**
   * @returns `ends`: the sign-in that must end, since somebody has used its code a second time (RFC 6749 §4.1.2)
   */
  redeem(
    code: string,
    shown: Redemption,
  ): Promise<{ readonly signInId: string } | { readonly ends: string } | undefined>;
}

const LASTS_MS = 60_000;
/** A used code is remembered for as long as somebody may still have it. */
const REMEMBERED_MS = 10 * 60_000;

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** @param now milliseconds since the epoch */
export const createCodes = (store: EntryStore, now: () => number): Codes => ({
  issue: async (terms) => {
    const code = createSecret();
    const entry = { ...terms, issuedAtMs: now(), isUsed: false, expiresAtMs: now() + REMEMBERED_MS };
    await store.change('code', digestOf(code), () => ({ keep: entry, result: undefined }));
    return code;
  },
  redeem: (code, { clientId, redirectUri, verifier }) =>
    store.change('code', digestOf(code), (entry) => {
      if (!entry) return { keep: undefined, result: undefined };
      const { signInId, issuedAtMs, expiresAtMs } = entry;
      if (typeof signInId !== 'string' || typeof issuedAtMs !== 'number' || typeof expiresAtMs !== 'number') {
        return { keep: undefined, result: undefined };
      }
      const keep = { ...entry, isUsed: true, expiresAtMs };
      if (entry.isUsed !== false) return { keep, result: { ends: signInId } };
      const counts =
        issuedAtMs + LASTS_MS > now() &&
        entry.clientId === clientId &&
        entry.redirectUri === redirectUri &&
        isSame(String(entry.challenge), hash('sha256', verifier, 'base64url'));
      return { keep, result: counts ? { signInId } : { ends: signInId } };
    }),
});
