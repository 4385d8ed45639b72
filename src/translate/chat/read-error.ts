import { cutForeignText } from '../../base/foreign-text.ts';
import { parseJson } from '../../base/json-object.ts';
import { CONTEXT_OVERFLOW, findFailure, isContextOverflow } from '../context-overflow.ts';
import type { ProviderError } from '../translation.ts';

/** Reads an answer that is not JSON: a proxy's page, or plain text. */
const MAX_TEXT = 500;

/** Reads an error answer of any form. */
export const readError = (status: number, body: Uint8Array): ProviderError => {
  const text = Buffer.from(body).toString('utf8').trim();
  const found = findFailure(parseJson(text));
  if (found !== undefined && found.message !== 'unknown') {
    const { message, code, type } = found;
    return { message, ...(type !== undefined && { type }), ...(code !== 'unknown' && { code }) };
  }
  return {
    message: text === '' ? `the provider answered ${status} without a word` : cutForeignText(text, MAX_TEXT),
    ...(isContextOverflow(text) && { code: CONTEXT_OVERFLOW }),
  };
};
