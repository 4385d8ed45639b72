/** What stands in the log where a secret was: no part of it is kept. */
export const REDACTED = '[redacted]';

const SECRET_HEADER =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie2?|x-gomodel-key|chatgpt-account-id)$|(?:^|[-_])(?:api-?key|auth-?key|access-?key|token|secret|password|credential)$/i;
const SECRET_PARAMETER = /(?:key|token|secret|password|auth|authorization|sig|signature|credential)$/i;

/** One cheap test that every secret of `SECRET_SHAPES` passes, since most headers hold none. */
const MAYBE_SECRET = /sk-|bearer|eyJ|:\/\//i;
const SECRET_SHAPES: readonly (readonly [shape: RegExp, replacement: string])[] = [
  [/\bBearer\s+[\w.~+/=-]{8,}/gi, REDACTED],
  [/\bsk-[\w-]{8,}/gi, REDACTED],
  // A JSON Web Token: its header and its claims are JSON objects in base64url, so both start with `eyJ`.
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)*/g, REDACTED],
  // The git remotes in Codex's turn metadata can hold `https://user:token@host`.
  [/:\/\/[^\s/@"'\\]+@/g, `://${REDACTED}@`],
];

/** Shorter ones would blot out ordinary text, and are no secrets. */
const MIN_SECRET = 4;

export interface Redactor {
  text(text: string): string;
  /** A request's path and query, as the client sent them. */
  path(path: string): string;
  /** @returns a header's value as it may be logged */
  header(name: string, value: string): string;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

/**
 * Takes secrets out of what is logged: by a header's or parameter's name, by the shape of a key, and
 * the gateway's own keys wherever they occur.
 * @param secrets values that must never be written, such as the master key
 */
export const createRedactor = (secrets: readonly string[]): Redactor => {
  const literals = secrets
    .filter((secret) => secret.length >= MIN_SECRET)
    .sort((one, other) => other.length - one.length);

  const text = (input: string): string => {
    let output = input;
    for (const literal of literals) {
      if (output.includes(literal)) output = output.replaceAll(literal, REDACTED);
    }
    if (MAYBE_SECRET.test(output)) {
      for (const [shape, replacement] of SECRET_SHAPES) output = output.replace(shape, replacement);
    }
    return output;
  };

  /** Text that may hide a secret behind percent-encoding. */
  const encodedText = (input: string): string => {
    const plain = text(input);
    if (!plain.includes('%')) return plain;
    const behind = decoded(plain);
    return text(behind) === behind ? plain : REDACTED;
  };

  const parameter = (pair: string): string => {
    const equals = pair.indexOf('=');
    if (equals < 0) return encodedText(pair);
    const name = pair.slice(0, equals);
    const isSecret = SECRET_PARAMETER.test(decoded(name));
    return `${encodedText(name)}=${isSecret ? REDACTED : encodedText(pair.slice(equals + 1))}`;
  };

  const path = (input: string): string => {
    const question = input.indexOf('?');
    const place = question < 0 ? input : input.slice(0, question);
    const shown = place.includes('%') ? place.split('/').map(encodedText).join('/') : text(place);
    if (question < 0) return shown;
    return `${shown}?${input
      .slice(question + 1)
      .split('&')
      .map(parameter)
      .join('&')}`;
  };

  const header = (name: string, value: string): string => (SECRET_HEADER.test(name) ? REDACTED : text(value));

  return { text, path, header };
};
