import { isObject, type JsonObject } from '../base/json-object.ts';

/** The fields of a JSON object; none where the value is anything else. */
export const fieldsOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

export const stringOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * JSON text of a value that JSON text was parsed to. What is nested so deep that no stack holds it, which
 * only a hostile body is, is said instead of shown.
 */
export const jsonTextOf = (value: unknown, indent?: number): string => {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value, undefined, indent) ?? '';
  } catch {
    return '(nested too deeply to be shown)';
  }
};
