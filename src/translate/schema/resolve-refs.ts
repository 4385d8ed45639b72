import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { SchemaNotes } from './schema-notes.ts';

const decodeToken = (token: string): string => {
  try {
    return decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return token;
  }
};

/**
 * What a reference within a document points to.
 * @returns undefined if it points nowhere, or out of the document
 * @see RFC 6901 §6 (JSON pointers as fragments)
 */
export const findReferenced = (root: JsonObject, ref: unknown): JsonObject | undefined => {
  if (ref === '#') return root;
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return undefined;
  let found: unknown = root;
  for (const token of ref.slice(2).split('/').map(decodeToken)) {
    const list: unknown = found;
    if (Array.isArray(list)) found = /^\d+$/.test(token) ? list[Number(token)] : undefined;
    else found = isObject(list) && Object.hasOwn(list, token) ? list[token] : undefined;
  }
  return isObject(found) ? found : undefined;
};

const cutIn = (value: unknown, root: JsonObject, notes: SchemaNotes, depth: number): unknown => {
  if (Array.isArray(value)) return value.map((each: unknown) => cutIn(each, root, notes, depth + 1));
  if (!isObject(value)) return value;
  notes.count(depth);
  const entries = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    if (name === '$ref' && typeof member === 'string' && findReferenced(root, member) === undefined) {
      notes.note('a reference that leads nowhere');
      return [];
    }
    return [[name, cutIn(member, root, notes, depth + 1)]];
  });
  return Object.fromEntries(entries);
};

/** Takes out references that point nowhere: a validator refuses the whole schema for one of them. */
export const cutDeadRefs = (root: JsonObject, notes: SchemaNotes): JsonObject => {
  const cut = cutIn(root, root, notes, 0);
  return isObject(cut) ? cut : root;
};
