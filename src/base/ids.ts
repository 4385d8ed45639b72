import { randomFillSync } from 'node:crypto';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const POOL_BYTES = 4096;
const pool = Buffer.alloc(POOL_BYTES);
let poolOffset = POOL_BYTES;

const randomByte = (): number => {
  if (poolOffset === POOL_BYTES) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  return pool[poolOffset++] as number;
};

/**
 * An id that sorts by time: prefix, `_`, then a ULID (48 bits of milliseconds, 80 random bits).
 * @param prefix such as `req`
 * @param nowMs milliseconds since the epoch
 * @see https://github.com/ulid/spec
 */
export const createId = (prefix: string, nowMs: number): string => {
  let time = '';
  let rest = Math.floor(nowMs);
  for (let digit = 0; digit < 10; digit++) {
    time = CROCKFORD[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  let random = '';
  for (let digit = 0; digit < 16; digit++) random += CROCKFORD[randomByte() & 31];
  return `${prefix}_${time}${random}`;
};

/**
 * The time inside an id of `createId`.
 * @returns milliseconds since the epoch, or undefined if the text is not such an id
 */
export const idTimeMs = (id: string): number | undefined => {
  const ulid = id.slice(id.lastIndexOf('_') + 1);
  if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(ulid)) return undefined;
  let time = 0;
  for (const digit of ulid.slice(0, 10)) time = time * 32 + CROCKFORD.indexOf(digit);
  return time;
};
