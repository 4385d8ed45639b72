import { BlockList, isIP } from 'node:net';

/** More than this is a mistake, or a list that belongs elsewhere. */
const MAX_ENTRIES = 200;

interface Entry {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: number;
}

/** Networks by GoModel's names for them. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

const parseEntry = (text: string): Entry | undefined => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) return undefined;
  const width = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  // Whoever trusts everybody lets every client choose its address.
  if (!(prefix >= 1 && prefix <= width)) return undefined;
  return { address, family: family === 4 ? 'ipv4' : 'ipv6', prefix };
};

/**
 * Reads addresses and networks, separated by commas or blanks: `10.0.0.0/8, ::1`; `loopback` and `private` stand
 * for theirs.
 * @returns undefined where one of them is neither, or stands for everybody
 */
export const parseTrustedProxies = (text: string): readonly string[] | undefined => {
  const words = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .flatMap((word) =>
      Object.hasOwn(NAMED, word.toLowerCase()) ? (NAMED[word.toLowerCase()] ?? []) : [word],
    );
  const isFine = words.length > 0 && words.length <= MAX_ENTRIES && words.every(parseEntry);
  return isFine ? words : undefined;
};

/** @param words as `parseTrustedProxies` gives them */
export const listOf = (words: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const word of words) {
    const entry = parseEntry(word);
    if (entry) list.addSubnet(entry.address, entry.prefix, entry.family);
  }
  return list;
};
