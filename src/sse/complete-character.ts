/**
 * What is missing of the UTF-8 character that the bytes end in, so that they end in a valid one.
 * Codex reads nothing more of a stream after a broken character.
 * @param bytes as Latin-1 text
 * @returns continuation bytes, as Latin-1 text; empty where no character is cut
 * @see RFC 3629 §4
 */
export const completeCharacter = (bytes: string): string => {
  const cut = /(?:[\xc2-\xdf]|([\xe0-\xef])[\x80-\xbf]?|([\xf0-\xf4])[\x80-\xbf]{0,2})$/.exec(bytes);
  if (cut === null) return '';
  const length = cut[1] !== undefined ? 3 : cut[2] !== undefined ? 4 : 2;
  // Shorter encodings of the same character are forbidden, so these two need a higher second byte.
  const second = { '\xe0': '\xa0', '\xf0': '\x90' }[cut[0]] ?? '\x80';
  return `${second}\x80\x80`.slice(0, length - cut[0].length);
};
