import { createHideSecrets } from '../base/secrets/hide-secrets.ts';
import { REDACTED } from '../base/secrets/secret-shapes.ts';
import { isSecretParameter } from '../base/show-url.ts';

export { REDACTED };

const SECRET_HEADER =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie2?|x-gomodel-key|chatgpt-account-id)$|(?:^|[-_])(?:(?:api|auth|access|subscription|functions|secret|private|master|account)-?key|token|secret|password|credential)$/i;

/** Browsers can send a key only as the name of a subprotocol: `openai-insecure-api-key.KEY`. */
const PROTOCOL_SECRET = /((?:key|token|secret|bearer|authorization)[._-])[^,\s]+/gi;

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
  const text = createHideSecrets(secrets);

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
    const isSecret = isSecretParameter(decoded(name));
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

  const header = (name: string, value: string): string => {
    if (SECRET_HEADER.test(name)) return REDACTED;
    return text(
      /^sec-websocket-protocol$/i.test(name) ? value.replace(PROTOCOL_SECRET, `$1${REDACTED}`) : value,
    );
  };

  return { text, path, header };
};
