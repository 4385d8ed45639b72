import type { ManagedKey } from '../keys/managed-key.ts';

/** What is known of an access token that a client has sent. */
export type TokenFinding =
  /** `key`: what its person may do. */
  | { readonly kind: 'active'; readonly key: ManagedKey; readonly signInId: string }
  | { readonly kind: 'expired' | 'invalid' | 'revoked' }
  /** None of the person's groups may use this gateway. */
  | { readonly kind: 'no_group'; readonly name: string };

/** Checks the tokens that the gateway itself has signed. */
export interface TokenCheck {
  /** Whether a text has the form of such a token; whether it is one is for `check` to say. */
  isToken(text: string): boolean;
  /** At once for a token that was seen before. Never rejects. */
  check(text: string): TokenFinding | Promise<TokenFinding>;
}
