import { isObject, nonEmptyString } from '../base/json-object.ts';
import type { AnswerSummary } from './answer-summary.ts';

const codeOf = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : nonEmptyString(value);

/**
 * Reads an error as providers write it: `{code, type, message}`, or only a text.
 * @returns undefined where the value is no error
 */
export const readError = (value: unknown): AnswerSummary['error'] => {
  if (typeof value === 'string' && value !== '') return { code: 'unknown', message: value };
  if (!isObject(value)) return undefined;
  const code = codeOf(value.code) ?? nonEmptyString(value.type) ?? 'unknown';
  return { code, message: nonEmptyString(value.message) ?? code };
};
