import { isObject, type JsonObject } from '../base/json-object.ts';

/** The fields of a JSON object; none where the value is anything else. */
export const fieldsOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

export const stringOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** More than any schema or conversation has. Indentation grows with the square of the depth. */
const MAX_DEPTH = 200;

const containersIn = (values: readonly unknown[]): object[] =>
  values.filter((value) => typeof value === 'object' && value !== null);

/** Whether a value is nested deeper than `MAX_DEPTH`; not by recursion, since no stack may hold it. */
const isTooDeep = (value: unknown): boolean => {
  let level = containersIn([value]);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MAX_DEPTH) return true;
    level = level.flatMap((container) => containersIn(Object.values(container)));
  }
  return false;
};

/**
 * JSON text of a value that was parsed from JSON, for reading.
 * @param indent spaces for each level; absent: everything in one line
 * @returns a note instead where the value is nested so deeply that only a hostile body is
 */
export const jsonTextOf = (value: unknown, indent?: number): string => {
  if (typeof value === 'string') return value;
  if (isTooDeep(value)) return '(nested too deeply to be shown)';
  try {
    return JSON.stringify(value, undefined, indent) ?? '';
  } catch {
    // With its indentation it is longer than a string may be.
    return JSON.stringify(value);
  }
};
