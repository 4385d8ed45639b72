/**
 * How much of a text from outside, such as an upstream's error message, is searched, redacted, recorded and
 * shown. The longest message of a known provider that a user needs whole has about 1,500 characters.
 */
export const MAX_FOREIGN_TEXT = 4096;

const HIGH_SURROGATES = { first: 0xd800, last: 0xdbff } as const;

/**
 * Cuts a text from outside, before anything looks into it.
 * @param maxLength in UTF-16 units
 */
export const cutForeignText = (text: string, maxLength: number = MAX_FOREIGN_TEXT): string => {
  if (text.length <= maxLength) return text;
  const last = text.charCodeAt(maxLength - 1);
  const splitsPair = last >= HIGH_SURROGATES.first && last <= HIGH_SURROGATES.last;
  return text.slice(0, splitsPair ? maxLength - 1 : maxLength);
};

/** Enough bytes for `MAX_FOREIGN_TEXT` UTF-16 units: UTF-8 takes at most three bytes for one. */
const MAX_FOREIGN_BYTES = MAX_FOREIGN_TEXT * 3;

/** The beginning of a body that is an error in an unknown form, as text. */
export const decodeForeignText = (body: Uint8Array): string => {
  const start = body.subarray(0, MAX_FOREIGN_BYTES);
  return cutForeignText(Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString('utf8'));
};

/**
 * The words of a text that may be a web page, such as a proxy's: without tags, on one line.
 * @param maxLength of what is returned
 */
export const foreignWords = (text: string, maxLength: number): string => {
  const words = cutForeignText(text)
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return cutForeignText(words, maxLength);
};
