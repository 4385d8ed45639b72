import { hash } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { isObject } from '../../base/json-object.ts';
import type { Person } from '../../guard/people/person.ts';
import { deriveKey } from './derive-key.ts';

/** What an access token says. */
export interface AccessClaims {
  readonly person: Person;
  /** Of the sign-in that it was issued for. */
  readonly signInId: string;
  /** Milliseconds since the epoch, as the other one. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

type Verified =
  | { readonly kind: 'valid'; readonly claims: AccessClaims }
  | { readonly kind: 'expired' | 'invalid' };

/** The gateway's own access tokens: it alone signs them, and it alone reads them. */
export interface AccessTokens {
  /** By its first part, which is the same for all: whatever names another algorithm or key is none. */
  isToken(text: string): boolean;
  sign(claims: AccessClaims): Promise<string>;
  /** Never rejects. */
  verify(text: string): Promise<Verified>;
}

const ALGORITHM = 'HS256';
const TYPE = 'at+jwt';
const AUDIENCE = 'gomodel-ts';
/** Hundreds of groups fit. */
const MAX_LENGTH = 12_000;

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

interface AccessTokensDeps {
  /** Which all processes and instances of the gateway share. */
  readonly secret: Buffer;
  /** The public address of the gateway. */
  readonly issuer: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export const createAccessTokens = ({ secret, issuer, now }: AccessTokensDeps): AccessTokens => {
  const key = deriveKey(secret, 'access tokens');
  const header = {
    alg: ALGORITHM,
    typ: TYPE,
    kid: hash('sha256', Buffer.from(key), 'base64url').slice(0, 8),
  };
  const start = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.`;
  const isToken = (text: string): boolean => text.startsWith(start) && text.length <= MAX_LENGTH;
  const read = async (text: string): Promise<Verified> => {
    const { payload } = await jwtVerify(text, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: issuer(),
      audience: AUDIENCE,
      requiredClaims: ['sub', 'sid', 'iat', 'exp'],
      currentDate: new Date(now()),
    });
    const { sub = '', sid, name, email, groups, iat = 0, exp = 0 } = payload;
    if (!isObject(payload) || typeof sid !== 'string' || typeof name !== 'string') return { kind: 'invalid' };
    const person: Person = {
      subject: sub,
      name,
      ...(typeof email === 'string' && { email }),
      groups: textsOf(groups),
    };
    return {
      kind: 'valid',
      claims: { person, signInId: sid, issuedAtMs: iat * 1000, expiresAtMs: exp * 1000 },
    };
  };
  return {
    isToken,
    sign: async ({ person, signInId, issuedAtMs, expiresAtMs }) => {
      const { subject, name, email, groups } = person;
      const claims = { name, ...(email !== undefined && { email }), groups, sid: signInId };
      return new SignJWT(claims)
        .setProtectedHeader(header)
        .setIssuer(issuer())
        .setAudience(AUDIENCE)
        .setSubject(subject)
        .setIssuedAt(Math.floor(issuedAtMs / 1000))
        .setExpirationTime(Math.floor(expiresAtMs / 1000))
        .sign(key);
    },
    verify: async (text) => {
      if (!isToken(text)) return { kind: 'invalid' };
      try {
        return await read(text);
      } catch (error) {
        return { kind: error instanceof errors.JWTExpired ? 'expired' : 'invalid' };
      }
    },
  };
};
