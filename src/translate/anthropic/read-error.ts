import { cutForeignText, decodeForeignText, foreignWords } from '../../base/foreign-text.ts';
import { isObject, nonEmptyString, parseJson } from '../../base/json-object.ts';
import { overflowCodeOr } from '../context-overflow.ts';
import type { ProviderError } from '../translation.ts';

/** What is shown of an answer that is not the API's, such as a proxy's page. */
const MAX_WORDS = 300;

/** @param error the member of that name */
export const errorOf = (error: unknown): (ProviderError & { readonly code: string }) | undefined => {
  if (!isObject(error)) return undefined;
  const type = nonEmptyString(error.type) ?? 'api_error';
  const message = cutForeignText(nonEmptyString(error.message) ?? type);
  return { type, message, code: overflowCodeOr(type, message) };
};

/** @see https://platform.claude.com/docs/en/api/errors */
export const readError = (status: number, body: Uint8Array): ProviderError => {
  const answer = parseJson(Buffer.from(body).toString('utf8'));
  const error = isObject(answer) ? errorOf(answer.error) : undefined;
  if (error !== undefined) return error;
  const words = foreignWords(decodeForeignText(body), MAX_WORDS);
  return { message: words === '' ? `status ${status} without a word` : words };
};
