import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { Binding } from './constants.ts';

export interface Scope {
  /** Names that stand for one expression in the whole script. */
  readonly names: ReadonlyMap<string, Binding>;
  /** How many characters of values may still be put together: names that repeat each other grow without end. */
  charactersLeft: number;
}

/** A value that a script writes out; `undefined` itself is one that it does not. */
interface Literal {
  readonly value: unknown;
}

/** Bounds the depth, and names that lead to each other in a circle. */
const MAX_DEPTH = 20;

const arrayOf = (elements: unknown, scope: Scope, depth: number): Literal | undefined => {
  if (!Array.isArray(elements)) return undefined;
  const values = elements.map((element) => literalOf(element, scope, depth));
  return values.every((value) => value !== undefined)
    ? { value: values.map(({ value }) => value) }
    : undefined;
};

const keyOf = ({ computed, key }: JsonObject): string | undefined => {
  if (computed === true || !isObject(key)) return undefined;
  if (typeof key.name === 'string') return key.name;
  return typeof key.value === 'string' ? key.value : undefined;
};

const objectOf = (properties: unknown, scope: Scope, depth: number): Literal | undefined => {
  if (!Array.isArray(properties)) return undefined;
  const entries: [string, unknown][] = [];
  for (const property of properties) {
    if (!isObject(property) || property.type !== 'Property' || property.kind !== 'init') return undefined;
    const key = keyOf(property);
    const literal = literalOf(property.value, scope, depth);
    if (key === undefined || !literal) return undefined;
    entries.push([key, literal.value]);
  }
  return { value: Object.fromEntries(entries) };
};

const templateOf = (
  { quasis, expressions }: JsonObject,
  scope: Scope,
  depth: number,
): Literal | undefined => {
  if (!Array.isArray(quasis) || !Array.isArray(expressions)) return undefined;
  const inner = expressions.map((expression) => literalOf(expression, scope, depth));
  let text = '';
  for (const [place, quasi] of quasis.entries()) {
    const cooked = isObject(quasi) && isObject(quasi.value) ? quasi.value.cooked : undefined;
    if (typeof cooked !== 'string') return undefined;
    text += cooked;
    if (place >= expressions.length) continue;
    const value = inner[place]?.value;
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    text += value;
  }
  return { value: text };
};

/** `['a', 'b'].join('\n')`, as models write patches. */
const joinOf = (
  { callee, arguments: given }: JsonObject,
  scope: Scope,
  depth: number,
): Literal | undefined => {
  if (!isObject(callee) || callee.type !== 'MemberExpression' || callee.computed === true) return undefined;
  if (!isObject(callee.property) || callee.property.name !== 'join' || !Array.isArray(given))
    return undefined;
  const list = literalOf(callee.object, scope, depth)?.value;
  const separator = given.length === 0 ? ',' : literalOf(given[0], scope, depth)?.value;
  const isJoined = Array.isArray(list) && list.every((part) => typeof part === 'string');
  return isJoined && typeof separator === 'string' ? { value: list.join(separator) } : undefined;
};

const sumOf = ({ operator, left, right }: JsonObject, scope: Scope, depth: number): Literal | undefined => {
  if (operator !== '+') return undefined;
  const values = [literalOf(left, scope, depth)?.value, literalOf(right, scope, depth)?.value];
  return values.every((value) => typeof value === 'string') ? { value: values.join('') } : undefined;
};

/**
 * The value that an expression writes out.
 * @param node of acorn's tree
 * @returns undefined if it takes running the script to know it
 */
export const literalOf = (node: unknown, scope: Scope, depth = 0): Literal | undefined => {
  if (!isObject(node) || depth > MAX_DEPTH || scope.charactersLeft <= 0) return undefined;
  scope.charactersLeft -= 1 + (typeof node.value === 'string' ? node.value.length : 0);
  const next = depth + 1;
  switch (node.type) {
    case 'Literal':
      return 'regex' in node || 'bigint' in node ? undefined : { value: node.value };
    case 'TemplateLiteral':
      return templateOf(node, scope, next);
    case 'ArrayExpression':
      return arrayOf(node.elements, scope, next);
    case 'ObjectExpression':
      return objectOf(node.properties, scope, next);
    case 'BinaryExpression':
      return sumOf(node, scope, next);
    case 'CallExpression':
      return joinOf(node, scope, next);
    case 'Identifier': {
      const binding = typeof node.name === 'string' ? scope.names.get(node.name) : undefined;
      return binding?.path.length === 0 ? literalOf(binding.init, scope, next) : undefined;
    }
    default:
      return undefined;
  }
};
