import { hkdfSync } from 'node:crypto';

const BYTES = 32;

/**
 * A key for one purpose, made of the secret that all processes and instances of a gateway share: nothing that is
 * signed or sealed for one purpose counts for another.
 * @see RFC 5869
 */
export const deriveKey = (secret: Buffer, purpose: 'access tokens' | 'sign-in state' | 'provider tokens') =>
  new Uint8Array(hkdfSync('sha256', secret, '', `gomodel-ts ${purpose} v1`, BYTES));
