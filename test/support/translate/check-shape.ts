/** What a JSON value must be: a kind, one of some words, a list of one shape, or an object with no other members. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'object'
  | 'base64'
  | ReadonlySet<string>
  | { readonly list: Shape }
  | { readonly members: Readonly<Record<string, Shape>> };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const BASE64 = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2,3}={0,2})?$/;

const KINDS: Readonly<Record<Extract<Shape, string>, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  object: isRecord,
  base64: (value) => typeof value === 'string' && BASE64.test(value),
};

/**
 * Google refuses a member that it does not know.
 * @returns the complaint, or undefined where the value fits
 */
export const checkShape = (value: unknown, shape: Shape, path = ''): string | undefined => {
  const refuse = `Invalid value at '${path}': ${JSON.stringify(value)?.slice(0, 80)}`;
  if (typeof shape === 'string') return KINDS[shape](value) ? undefined : refuse;
  if (shape instanceof Set) return shape.has(value) ? undefined : refuse;
  if ('list' in shape) {
    if (!Array.isArray(value)) return refuse;
    return value.map((entry, index) => checkShape(entry, shape.list, `${path}[${index}]`)).find(Boolean);
  }
  if (!('members' in shape) || !isRecord(value)) return refuse;
  for (const [key, entry] of Object.entries(value)) {
    const member = shape.members[key];
    if (member === undefined) {
      return `Invalid JSON payload received. Unknown name "${key}" at '${path}': Cannot find field.`;
    }
    const complaint = checkShape(entry, member, path === '' ? key : `${path}.${key}`);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
};
