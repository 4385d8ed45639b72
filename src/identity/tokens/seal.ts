import { CompactEncrypt, compactDecrypt, EncryptJWT, jwtDecrypt } from 'jose';
import type { JsonObject } from '../../base/json-object.ts';
import { deriveKey } from './derive-key.ts';

const HEADER = { alg: 'dir', enc: 'A256GCM' } as const;
const ONLY = { keyManagementAlgorithms: [HEADER.alg], contentEncryptionAlgorithms: [HEADER.enc] };

/** Keeps what others carry or store for the gateway from being read or changed by them. */
export interface Seal {
  /** What a browser carries until it comes back. */
  sealState(state: JsonObject, lifeMs: number): Promise<string>;
  /** @returns undefined where it was changed, is too old, or was never sealed here */
  openState(text: string): Promise<JsonObject | undefined>;
  /** The identity provider's refresh token, for the store. */
  sealToken(token: string): Promise<string>;
  openToken(text: string): Promise<string | undefined>;
}

/** @param now milliseconds since the epoch */
export const createSeal = (secret: Buffer, now: () => number): Seal => {
  const stateKey = deriveKey(secret, 'sign-in state');
  const tokenKey = deriveKey(secret, 'provider tokens');
  return {
    sealState: (state, lifeMs) =>
      new EncryptJWT({ ...state })
        .setProtectedHeader(HEADER)
        .setExpirationTime(new Date(now() + lifeMs))
        .encrypt(stateKey),
    openState: async (text) => {
      try {
        const { payload } = await jwtDecrypt(text, stateKey, { ...ONLY, currentDate: new Date(now()) });
        return payload;
      } catch {
        return undefined;
      }
    },
    sealToken: (token) =>
      new CompactEncrypt(new TextEncoder().encode(token)).setProtectedHeader(HEADER).encrypt(tokenKey),
    openToken: async (text) => {
      try {
        const { plaintext } = await compactDecrypt(text, tokenKey, ONLY);
        return new TextDecoder().decode(plaintext);
      } catch {
        return undefined;
      }
    },
  };
};
