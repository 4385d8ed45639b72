import { trimTrailing } from '../../base/trim-text.ts';
import { cleanMediaType, sniffMediaType } from './media-type.ts';

/** Bytes that a request brings along. */
export interface InlineData {
  /** The type that the first bytes show, else the declared one; empty if neither is known. */
  readonly mediaType: string;
  /** In the standard alphabet, padded, without blanks. */
  readonly base64: string;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Accepts what clients are known to write: line breaks, the alphabet for URLs, no padding. */
const cleanBase64 = (text: string): string | undefined => {
  if (BASE64.test(text) && text.length % 4 === 0) return text;
  const standard = text.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/');
  const bare = trimTrailing(standard, '=');
  if (bare === '' || bare.length % 4 === 1 || !BASE64.test(bare)) return undefined;
  return bare.padEnd(Math.ceil(bare.length / 4) * 4, '=');
};

const decodePercent = (text: string): string | undefined => {
  try {
    return Buffer.from(decodeURIComponent(text)).toString('base64');
  } catch {
    return undefined;
  }
};

const withType = (declared: string, base64: string | undefined): InlineData | undefined => {
  if (base64 === undefined || base64 === '') return undefined;
  return { mediaType: sniffMediaType(base64) ?? cleanMediaType(declared), base64 };
};

/**
 * The bytes of a `data:` URL, or of Base64 without one, as some clients send it.
 * @returns undefined if nothing can be read
 * @see RFC 2397
 */
export const readInlineData = (url: string): InlineData | undefined => {
  if (!/^data:/i.test(url)) {
    const base64 = /^[a-z][a-z0-9+.-]*:/i.test(url) ? undefined : cleanBase64(url);
    // Any word is Base64: only what looks like a file is taken for one.
    return base64 !== undefined && sniffMediaType(base64) !== undefined ? withType('', base64) : undefined;
  }
  const comma = url.indexOf(',');
  if (comma === -1) return undefined;
  const [declared = '', ...parameters] = url.slice('data:'.length, comma).split(';');
  const isBase64 = parameters.some((parameter) => parameter.trim().toLowerCase() === 'base64');
  const data = url.slice(comma + 1);
  return withType(declared, isBase64 ? cleanBase64(data) : decodePercent(data));
};

export const toDataUrl = ({ mediaType, base64 }: InlineData): string => `data:${mediaType};base64,${base64}`;
