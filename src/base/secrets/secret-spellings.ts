/** Shorter ones would blot out ordinary text, and are no secrets. */
const MIN_SECRET = 4;
/** Shorter pieces of base64 occur in ordinary text. */
const MIN_BASE64 = 8;

/**
 * What stays the same of a secret's base64, whatever stands before and behind it, as in the
 * `user:password` of Basic: one text for each place that it can begin at within a group of three bytes.
 */
const base64Of = (secret: string): string[] =>
  [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const start = before === 0 ? 0 : before + 1;
    const end = Math.floor((bytes.length * 8) / 6);
    return ['base64', 'base64url'].map((coding) =>
      bytes.toString(coding as 'base64' | 'base64url').slice(start, end),
    );
  });

const percentEncoded = (secret: string): string[] => {
  // A lone surrogate cannot be encoded, nor sent.
  if (/\p{Cs}/u.test(secret)) return [];
  const encoded = encodeURIComponent(secret);
  return [encoded, encoded.replace(/%../g, (code) => code.toLowerCase()), encoded.replaceAll('%20', '+')];
};

/**
 * How a configured secret may stand in a text: as it is, percent-encoded, escaped in JSON, and in base64.
 * @returns the longest first, so that no part of a longer one is left over
 */
export const spellingsOf = (secrets: readonly string[]): readonly string[] => {
  const all = secrets
    .filter((secret) => secret.length >= MIN_SECRET)
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
      ...percentEncoded(secret),
      ...base64Of(secret).filter((text) => text.length >= MIN_BASE64),
    ]);
  return [...new Set(all)].sort((one, other) => other.length - one.length);
};
