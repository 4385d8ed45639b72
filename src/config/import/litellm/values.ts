import { literal } from '../write-config.ts';

const REFERENCE = /^os\.environ\/([A-Za-z_]\w*)$/;

/** The variable that a value names: `os.environ/NAME`. */
export const variableIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? REFERENCE.exec(value.trim())?.[1] : undefined;

/** A scalar as our file says it; undefined if it is none, or empty. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const variable = variableIn(value);
  return variable === undefined ? literal(value.trim()) : `\${${variable}}`;
};
