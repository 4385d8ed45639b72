import { hash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const ID_BYTES = 16;

/** 256 bits that nobody guesses, as text. */
export const createSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** 128 bits in hex: an id that tells nothing. */
export const createEntryId = (): string => randomBytes(ID_BYTES).toString('hex');

/** What is kept of a secret: nobody guesses its bits, so one round is enough. */
export const digestOf = (secret: string): string => hash('sha256', secret, 'hex');
