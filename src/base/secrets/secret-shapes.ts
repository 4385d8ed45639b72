import { isSecretParameter } from '../show-url.ts';
import { ISSUED_KEY } from './key-shapes.ts';

/** What stands in the log where a secret was: no part of it is kept. */
export const REDACTED = '[redacted]';

type Replacer = (text: string) => string;

/** Also of OpenAI's and Anthropic's many forms: `sk-proj-…`, `sk-ant-…`, and those of their imitators. */
const SK_KEY = /(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]|%[0-9A-Fa-f]{2}))sk-[\w-]{8,}/gi;

/** The gateway's own keys for people: see `guard/keys/key-token.ts`. */
const MANAGED_KEY = /(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]|%[0-9A-Fa-f]{2}))sk_gom_[\w-]{8,}/gi;

const BEARER = /(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]|%[0-9A-Fa-f]{2}))Bearer(?:\s|%20|\+){1,8}[\w.~+/=-]{8,}/gi;
const BASIC =
  /(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]|%[0-9A-Fa-f]{2}))Basic(?:\s|%20|\+){1,8}([A-Za-z0-9+/_-]{6,}={0,2})/gi;
const WORD = /^[A-Za-z][a-z]+$/;

/**
 * A JSON Web Token: its header and its claims are JSON objects in base64url, so both start with `eyJ`. What
 * only begins like one is matched as well and left alone, so that no character is looked at twice.
 */
const TOKEN = /eyJ[\w-]{5,}(\.[\w-]{5,}(?:\.[\w-]*)*)?/g;

/** A private key as PEM, its lines broken or escaped; what is cut off ends with the text. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/gs;

/** Git remotes in Codex's turn metadata, databases, proxies: `https://user:token@host`. */
const USER_INFO = /:\/\/[^\s/"'\\<>@]*@(?:[^\s/"'\\<>@]*@)*/g;

/** A parameter of a query: `?key=…`, `&access_token=…`. */
const PARAMETER = /([?&]([\w.%~[\]-]+)=)([^&\s"'<>#\\]+)/g;

/**
 * A header or a setting inside a text, such as an upstream's answer that repeats a request: `x-api-key: …`,
 * `"api_key": "…"`, `Ocp-Apim-Subscription-Key=…`.
 */
const NAMED_VALUE =
  /((?:api|access|auth|account|subscription|secret|private|master|functions|gomodel|signing|encryption)[_ -]?key(?: provided)?|(?:access|auth|refresh|id|session|security|bearer|client|api|private)[_-]?(?:token|secret)|password|passwd|secret|proxy-authorization)(\\{0,2}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,2}["']?)([^\s"'\\,;&<>{}()[\]]{4,})/gi;

/** Cookies go on after a semicolon, so all of the line or of the quoted text is taken. */
const COOKIE = /((?:set-)?cookie2?\\{0,2}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,2}["']?)[^\r\n"'\\]+/gi;

/** `Authorization: <scheme> <value>`, whatever the scheme. */
const AUTHORIZATION =
  /(authorization\\{0,2}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,2}["']?)(?:[A-Za-z][\w-]{0,30} {1,4})?[^\s"'\\,<>{}]{4,}/gi;

/** Placeholders, by which a message tells its reader what to send. */
const PLACEHOLDER =
  /^(?:\$|<|\[|your[_-]|null$|undefined$|true$|false$|none$|missing$|invalid$|not$|required$)/i;

const whole =
  (shape: RegExp, replacement: string): Replacer =>
  (text) =>
    text.replace(shape, replacement);

const SHAPES: readonly Replacer[] = [
  whole(PRIVATE_KEY, REDACTED),
  whole(USER_INFO, `://${REDACTED}@`),
  whole(AUTHORIZATION, `$1${REDACTED}`),
  whole(COOKIE, `$1${REDACTED}`),
  whole(BEARER, REDACTED),
  // `Basic authentication` stays: nobody's user name and password are one word in base64.
  (text) => text.replace(BASIC, (found: string, value: string) => (WORD.test(value) ? found : REDACTED)),
  whole(SK_KEY, REDACTED),
  whole(MANAGED_KEY, REDACTED),
  whole(ISSUED_KEY, REDACTED),
  (text) =>
    text.replace(TOKEN, (found: string, rest: string | undefined) => (rest === undefined ? found : REDACTED)),
  (text) =>
    text.replace(PARAMETER, (found: string, start: string, name: string) =>
      isSecretParameter(name) ? start + REDACTED : found,
    ),
  (text) =>
    text.replace(NAMED_VALUE, (found: string, name: string, between: string, value: string) =>
      PLACEHOLDER.test(value) ? found : name + between + REDACTED,
    ),
];

/** What every shape but an issued key has in it: most texts have nothing of it. */
const SUSPECT = /key|token|secret|passw|auth|cookie|bearer|basic|sk[-_]|eyJ|:\/\/|-BEGIN /i;

/** A name or a number, as parameters have them by the thousand. No shape that is made of these is so short. */
const SHORT_WORD = /^[\w.-]{0,7}$/;

/**
 * Replaces every text in the shape of a secret, each time that it occurs. Linear in the length of the text.
 */
export const hideSecretShapes = (text: string): string => {
  if (SHORT_WORD.test(text)) return text;
  if (!SUSPECT.test(text)) return text.replace(ISSUED_KEY, REDACTED);
  let output = text;
  for (const hide of SHAPES) output = hide(output);
  return output;
};
