import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, nonEmptyString, parseJson } from '../../base/json-object.ts';
import type { CodexSignIn } from './read-sign-in.ts';

/**
 * How Codex is signed in, by the `auth.json` in its folder; what it holds is looked at and kept nowhere.
 * @returns undefined if there is none: the credential may lie in the system's keyring
 */
export const readSignInFile = async (codexHome: string): Promise<CodexSignIn | undefined> => {
  const text = await readFile(join(codexHome, 'auth.json'), 'utf8').catch(() => undefined);
  const auth = text === undefined ? undefined : parseJson(text);
  if (!isObject(auth)) return undefined;
  // Newer versions say which of the two counts.
  if (auth.auth_mode === 'apikey') return 'key';
  if (isObject(auth.tokens) && nonEmptyString(auth.tokens.access_token) !== undefined) return 'chatgpt';
  return nonEmptyString(auth.OPENAI_API_KEY) === undefined ? 'none' : 'key';
};
