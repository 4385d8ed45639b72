import { isObject, type JsonObject, objectsOf } from '../../base/json-object.ts';
import { findReferenced } from './resolve-refs.ts';
import type { SchemaNotes } from './schema-notes.ts';

const MAX_REFERENCES = 20;

const requiredOf = (schema: JsonObject): string[] =>
  Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === 'string') : [];

/** A schema with what it refers to put in its place. */
const followRefs = (schema: JsonObject, root: JsonObject): JsonObject => {
  let followed = schema;
  for (let count = 0; count < MAX_REFERENCES && followed.$ref !== undefined; count++) {
    const { $ref, ...rest } = followed;
    const target = findReferenced(root, $ref);
    followed = target === undefined || target === root ? rest : { ...target, ...rest };
  }
  const { $ref: _, ...rest } = followed;
  return rest;
};

/** Branches may have branches themselves. */
const flattenBranch = (schema: JsonObject, root: JsonObject, depth: number): JsonObject => {
  const { anyOf, oneOf, allOf, ...rest } = followRefs(schema, root);
  const branchesOf = (list: unknown): JsonObject[] =>
    depth > 5 ? [] : objectsOf(list).map((branch) => flattenBranch(branch, root, depth + 1));
  const all = branchesOf(allOf);
  const either = [...branchesOf(anyOf), ...branchesOf(oneOf)];
  if (all.length + either.length === 0) return rest;
  const properties = Object.fromEntries(
    [...either.toReversed(), ...all.toReversed(), rest].flatMap((branch) =>
      isObject(branch.properties) ? Object.entries(branch.properties) : [],
    ),
  );
  const [first, ...others] = either.map(requiredOf);
  const inEach = (first ?? []).filter((member) => others.every((names) => names.includes(member)));
  const required = [...new Set([...[rest, ...all].flatMap(requiredOf), ...inEach])];
  return { ...rest, type: 'object', properties, required };
};

/**
 * A schema of an object, as providers want it for the arguments of a function: with `properties`, and without
 * alternatives, references or `enum` at its outermost level. Alternatives are put together: required is
 * what all of them require.
 * @see https://platform.openai.com/docs/guides/function-calling (the form that OpenAI insists on)
 */
export const flattenRoot = (schema: JsonObject, notes: SchemaNotes): JsonObject => {
  const hasBranches = ['anyOf', 'oneOf', 'allOf'].some((name) => objectsOf(schema[name]).length > 0);
  if (hasBranches) notes.note('alternatives');
  const { enum: _values, const: _value, not: _not, type: _type, ...flat } = flattenBranch(schema, schema, 0);
  return { type: 'object', ...flat, properties: isObject(flat.properties) ? flat.properties : {} };
};
