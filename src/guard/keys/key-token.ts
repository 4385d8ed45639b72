import { hash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * A managed key: `sk_gom_`, 10 characters of id, 43 of secret, 6 of checksum, all letters and digits, so that
 * a double click selects it whole and a secret scanner can match it. The checksum is the CRC-32 of what comes
 * before: it tells a key that was mistyped or cut off from one that is wrong.
 */
export interface KeyToken {
  readonly text: string;
  readonly id: string;
}

const KEY_PREFIX = 'sk_gom_';
const ID_LENGTH = 10;
/** 43 of 62 characters are 256 bits. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const LOWER = '0123456789abcdefghijklmnopqrstuvwxyz';
const ALL = `${LOWER}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

const FORM = /^sk_gom_([0-9a-z]{10})[0-9A-Za-z]{43}([0-9A-Za-z]{6})$/;

const draw = (alphabet: string, length: number): string => {
  let text = '';
  for (let place = 0; place < length; place++) text += alphabet[randomInt(alphabet.length)];
  return text;
};

const checksumOf = (text: string): string => {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    digits = ALL[rest % ALL.length] + digits;
    rest = Math.floor(rest / ALL.length);
  }
  return digits;
};

const createKeyId = (): string => draw(LOWER, ID_LENGTH);

/** Makes a key with a new secret. */
export const createKeyToken = (id: string = createKeyId()): KeyToken => {
  const start = `${KEY_PREFIX}${id}${draw(ALL, SECRET_LENGTH)}`;
  return { text: start + checksumOf(start), id };
};

export const isManagedKey = (text: string): boolean => text.startsWith(KEY_PREFIX);

/** @returns undefined where the text was mistyped or cut off */
export const parseKeyToken = (text: string): KeyToken | undefined => {
  const [, id, checksum] = FORM.exec(text) ?? [];
  if (id === undefined || checksum !== checksumOf(text.slice(0, -CHECKSUM_LENGTH))) return undefined;
  return { text, id };
};

/**
 * What is kept of a key. One round of SHA-256 is enough: slow hashes protect what people choose and others can
 * guess, and nobody guesses 256 random bits.
 */
export const hashKey = (text: string): string => hash('sha256', text, 'hex');
