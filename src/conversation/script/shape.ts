import type { Binding } from './constants.ts';
import { type AnyNode, argumentsOf, isFunction, isMethod, isNode, memberName } from './syntax.ts';

/** What is known of a value without running the script: which calls it has results of, and where. */
export type Shape =
  /** Anything, and possibly nothing at all. */
  | { readonly kind: 'any' }
  /** What a call gave back; `call` is its place among the calls of the script. */
  | { readonly kind: 'call'; readonly call: number }
  | { readonly kind: 'exitCode'; readonly call: number }
  | { readonly kind: 'list'; readonly items: readonly Shape[] }
  /** A list of any length. */
  | { readonly kind: 'each'; readonly item: Shape }
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, shape: Shape])[] }
  /** An entry of `Promise.allSettled`. */
  | { readonly kind: 'settled'; readonly value: Shape }
  | { readonly kind: 'text'; readonly pieces: readonly (string | Shape)[] };

export const ANY: Shape = { kind: 'any' };

/** What the shapes of a script are read from. */
export interface ShapeScope {
  readonly names: ReadonlyMap<string, Binding>;
  /** The calls of tools, by their nodes. */
  readonly calls: ReadonlyMap<AnyNode, number>;
  /** What the variables of loops that are unrolled stand for at the moment. */
  readonly loops: ReadonlyMap<string, Shape>;
  /** How much more may be looked at: names and loops that lead to each other grow without end. */
  readonly budget: { left: number };
}

/** Bounds names that lead to each other in a circle. */
const MAX_DEPTH = 20;

const memberOf = (shape: Shape, name: string | number): Shape => {
  if (shape.kind === 'call') return name === 'exit_code' ? { kind: 'exitCode', call: shape.call } : ANY;
  if (shape.kind === 'list') return shape.items[Number(name)] ?? ANY;
  if (shape.kind === 'each') return Number.isInteger(Number(name)) ? shape.item : ANY;
  if (shape.kind === 'settled') return name === 'value' ? shape.value : ANY;
  if (shape.kind !== 'object') return ANY;
  return shape.members.findLast(([member]) => member === name)?.[1] ?? ANY;
};

const listShape = (node: AnyNode, scope: ShapeScope, depth: number): Shape => {
  const elements: unknown[] = Array.isArray(node.elements) ? node.elements : [];
  if (!elements.every((element) => isNode(element) && element.type !== 'SpreadElement')) return ANY;
  return { kind: 'list', items: elements.map((element) => shapeOf(element, scope, depth)) };
};

const objectShape = (node: AnyNode, scope: ShapeScope, depth: number): Shape => {
  const members: [string, Shape][] = [];
  for (const property of Array.isArray(node.properties) ? node.properties : []) {
    const { type, key, computed, kind, value } = property;
    const name = isNode(key) ? (key.name ?? key.value) : undefined;
    if (type !== 'Property' || computed || kind !== 'init' || typeof name !== 'string') return ANY;
    members.push([name, shapeOf(value, scope, depth)]);
  }
  return { kind: 'object', members };
};

const piecesOf = (shape: Shape): readonly (string | Shape)[] =>
  shape.kind === 'text' ? shape.pieces : [shape];

const templateShape = (node: AnyNode, scope: ShapeScope, depth: number): Shape => {
  const inner = Array.isArray(node.expressions) ? node.expressions : [];
  const quasis = Array.isArray(node.quasis) ? node.quasis : [];
  const pieces = quasis.flatMap(({ value }, place) => [
    String(value?.cooked ?? ''),
    ...(place < inner.length ? piecesOf(shapeOf(inner[place], scope, depth)) : []),
  ]);
  return { kind: 'text', pieces };
};

/** What a function gives back: `(file) => tools.exec_command({ cmd: file })`. */
const returnShape = (node: AnyNode | undefined, scope: ShapeScope, depth: number): Shape => {
  if (!node || !isFunction(node) || !isNode(node.body)) return ANY;
  if (node.body.type !== 'BlockStatement') return shapeOf(node.body, scope, depth);
  const [only, ...more] = Array.isArray(node.body.body) ? node.body.body : [];
  return more.length === 0 && only?.type === 'ReturnStatement' ? shapeOf(only.argument, scope, depth) : ANY;
};

const settle = (shape: Shape): Shape => {
  if (shape.kind === 'list')
    return { kind: 'list', items: shape.items.map((value) => ({ kind: 'settled', value })) };
  return shape.kind === 'each' ? { kind: 'each', item: { kind: 'settled', value: shape.item } } : ANY;
};

const callShape = (node: AnyNode, scope: ShapeScope, depth: number): Shape => {
  const call = scope.calls.get(node);
  if (call !== undefined) return { kind: 'call', call };
  const [first] = argumentsOf(node);
  if (isMethod(node, 'Promise', 'all')) return shapeOf(first, scope, depth);
  if (isMethod(node, 'Promise', 'allSettled')) return settle(shapeOf(first, scope, depth));
  if (isMethod(node, 'JSON', 'stringify')) {
    const shape = shapeOf(first, scope, depth);
    return shape.kind === 'text' ? ANY : shape;
  }
  const { callee } = node;
  if (!isNode(callee) || callee.type !== 'MemberExpression' || memberName(callee) !== 'map') return ANY;
  const item = returnShape(first, scope, depth);
  return item.kind === 'any' ? ANY : { kind: 'each', item };
};

/** @param node an expression @returns `any` where it takes running the script to know more */
export const shapeOf = (node: unknown, scope: ShapeScope, depth = 0): Shape => {
  if (!isNode(node) || depth > MAX_DEPTH || scope.budget.left <= 0) return ANY;
  scope.budget.left--;
  const next = depth + 1;
  switch (node.type) {
    case 'AwaitExpression':
    case 'ChainExpression':
      return shapeOf(node.argument ?? node.expression, scope, next);
    case 'Literal':
      return typeof node.value === 'string' ? { kind: 'text', pieces: [node.value] } : ANY;
    case 'TemplateLiteral':
      return templateShape(node, scope, next);
    case 'BinaryExpression': {
      const sides = [node.left, node.right].map((side) => shapeOf(side, scope, next));
      // Only with a text beside it is it a text, and not a sum.
      if (node.operator !== '+' || !sides.some(({ kind }) => kind === 'text')) return ANY;
      return { kind: 'text', pieces: sides.flatMap(piecesOf) };
    }
    case 'ArrayExpression':
      return listShape(node, scope, next);
    case 'ObjectExpression':
      return objectShape(node, scope, next);
    case 'CallExpression':
      return callShape(node, scope, next);
    case 'MemberExpression': {
      const { property, computed } = node;
      const name = computed && isNode(property) ? property.value : memberName(node);
      if (typeof name !== 'string' && typeof name !== 'number') return ANY;
      return memberOf(shapeOf(node.object, scope, next), name);
    }
    case 'Identifier': {
      const name = String(node.name);
      const loop = scope.loops.get(name);
      if (loop) return loop;
      const binding = scope.names.get(name);
      if (!binding) return ANY;
      return binding.path.reduce(memberOf, shapeOf(binding.init, scope, next));
    }
    default:
      return ANY;
  }
};
