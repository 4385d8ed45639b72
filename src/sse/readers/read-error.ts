import { cutForeignText } from '../../base/foreign-text.ts';
import { isObject, nonEmptyString } from '../../base/json-object.ts';
import type { AnswerSummary } from '../answer-summary.ts';

/** The longest code of a known provider has 60 characters. */
const MAX_CODE = 200;

const codeOf = (value: unknown): string | undefined =>
  typeof value === 'number' ? String(value) : nonEmptyString(value);

/**
 * Reads an error as providers write it: `{code, type, message}`, or only a text.
 * @returns undefined if the value is not an error
 */
export const readError = (value: unknown): AnswerSummary['error'] => {
  if (typeof value === 'string' && value !== '') return { code: 'unknown', message: cutForeignText(value) };
  if (!isObject(value)) return undefined;
  const code = cutForeignText(codeOf(value.code) ?? nonEmptyString(value.type) ?? 'unknown', MAX_CODE);
  return { code, message: cutForeignText(nonEmptyString(value.message) ?? code) };
};
