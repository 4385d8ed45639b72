import { foreignWords } from '../../../base/foreign-text.ts';
import { isObject, nonEmptyString, parseJson } from '../../../base/json-object.ts';
import { textsOf } from '../../../base/xml/read-xml.ts';
import type { KeysAnswer } from './ask-for-keys.ts';
import type { RoleKeys } from './aws-source.ts';

const MAX_WORDS = 200;
/** What a header line can carry. */
const PRINTABLE = /^[\x21-\x7e]+$/;

const keysOf = (
  id: string | undefined,
  secret: string | undefined,
  token: string | undefined,
  expiration: string | undefined,
): RoleKeys | undefined => {
  const expiresAtMs = expiration === undefined ? undefined : Date.parse(expiration);
  const isSound =
    id !== undefined &&
    secret !== undefined &&
    PRINTABLE.test(id) &&
    (token === undefined || PRINTABLE.test(token)) &&
    !Number.isNaN(expiresAtMs);
  return isSound ? { accessKeyId: id, secretAccessKey: secret, sessionToken: token, expiresAtMs } : undefined;
};

/** As agents of containers and the metadata service answer. @returns undefined where these are no keys */
export const readJsonKeys = ({ status, text }: KeysAnswer): RoleKeys | undefined => {
  const body = parseJson(text);
  if (status !== 200 || !isObject(body)) return undefined;
  // The metadata service answers 200 where a role is missing, and says so here.
  if (body.Code !== undefined && body.Code !== 'Success') return undefined;
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = body;
  return keysOf(
    nonEmptyString(AccessKeyId),
    nonEmptyString(SecretAccessKey),
    nonEmptyString(Token),
    nonEmptyString(Expiration),
  );
};

/** As STS answers. @returns undefined where these are no keys */
export const readXmlKeys = ({ status, text }: KeysAnswer): RoleKeys | undefined => {
  if (status !== 200) return undefined;
  const first = (name: string): string | undefined => nonEmptyString(textsOf(text, name)[0]?.trim());
  return keysOf(first('AccessKeyId'), first('SecretAccessKey'), first('SessionToken'), first('Expiration'));
};

/** An answer that has no keys, in a few words that hold none either. */
export const wordsOfAnswer = ({ status, text }: KeysAnswer): string => {
  if (status === 200) return 'HTTP 200 without usable keys';
  const body = parseJson(text);
  const inJson = isObject(body) ? [body.code ?? body.Code, body.message ?? body.Message] : [];
  const said = [...inJson, textsOf(text, 'Code')[0], textsOf(text, 'Message')[0]]
    .filter((words) => typeof words === 'string' && words !== '')
    .join(': ');
  const words = foreignWords(said, MAX_WORDS).replace(/\.$/, '');
  return `HTTP ${status}${words && ` ${words}`}`;
};
