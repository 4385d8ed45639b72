import { hash } from 'node:crypto';
import type { ManagedKey } from '../../guard/keys/managed-key.ts';
import { type GroupRule, termsFor } from '../../guard/people/group-rules.ts';
import type { People } from '../../guard/people/people.ts';
import { personId } from '../../guard/people/person.ts';
import type { TokenCheck, TokenFinding } from '../../guard/people/token-port.ts';
import type { AccessClaims, AccessTokens } from './access-tokens.ts';

/** More would mean more people, or shorter tokens, than one process serves. */
const MAX_SEEN = 20_000;

export interface TokenCheckDeps {
  readonly tokens: Pick<AccessTokens, 'isToken' | 'verify'>;
  readonly people: People;
  readonly rules: readonly GroupRule[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a token says, and what its person may do by it: looked up once, since every request asks. */
interface Seen {
  readonly claims: AccessClaims;
  readonly key: ManagedKey | undefined;
}

/** Checks a token's signature once, and from then on only whether it still counts. */
export const createTokenCheck = ({ tokens, people, rules, now }: TokenCheckDeps): TokenCheck => {
  const seen = new Map<string, Seen>();
  const findingOf = ({ claims, key }: Seen): TokenFinding => {
    const { person, signInId, issuedAtMs, expiresAtMs } = claims;
    if (expiresAtMs <= now()) return { kind: 'expired' };
    if (people.isOver(personId(person.subject), signInId, issuedAtMs)) return { kind: 'revoked' };
    if (!key) return { kind: 'no_group', name: person.name };
    people.note(key, claims);
    return { kind: 'active', key, signInId };
  };
  return {
    isToken: tokens.isToken,
    check: (text) => {
      const digest = hash('sha256', text, 'base64');
      const known = seen.get(digest);
      if (known) {
        const finding = findingOf(known);
        if (finding.kind === 'expired') seen.delete(digest);
        return finding;
      }
      return tokens.verify(text).then((verified) => {
        if (verified.kind !== 'valid') return verified;
        if (seen.size >= MAX_SEEN) seen.clear();
        const { claims } = verified;
        const found: Seen = { claims, key: termsFor(rules, claims.person) };
        seen.set(digest, found);
        return findingOf(found);
      });
    },
  };
};
