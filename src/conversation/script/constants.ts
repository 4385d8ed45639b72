import { type AnyNode, isFunction, isNode, memberName, visitAll } from './syntax.ts';

/** Where a name has its value from: an expression, and the way into its value for `const { a: [x] } = …`. */
export interface Binding {
  readonly init: AnyNode;
  readonly path: readonly (string | number)[];
}

/** Patterns that are nested deeper have no values here. */
const MAX_DEPTH = 6;

type Found = (name: string, path: readonly (string | number)[] | undefined) => void;

/** Every name that a pattern declares; `path` is undefined where its value cannot be followed. */
const namesIn = (pattern: unknown, path: readonly (string | number)[] | undefined, found: Found): void => {
  if (!isNode(pattern)) return;
  const inner = (part: string | number): readonly (string | number)[] | undefined =>
    path && path.length < MAX_DEPTH ? [...path, part] : undefined;
  switch (pattern.type) {
    case 'Identifier':
      if (typeof pattern.name === 'string') found(pattern.name, path);
      return;
    case 'ArrayPattern':
      for (const [place, element] of Object.entries(pattern.elements ?? []))
        namesIn(element, inner(Number(place)), found);
      return;
    case 'ObjectPattern':
      for (const property of Array.isArray(pattern.properties) ? pattern.properties : []) {
        const { key, value, computed, argument } = property;
        const name = computed || !isNode(key) ? undefined : (key.name ?? key.value);
        namesIn(value ?? argument, typeof name === 'string' ? inner(name) : undefined, found);
      }
      return;
    case 'AssignmentPattern':
      namesIn(pattern.left, undefined, found);
      return;
    case 'RestElement':
      namesIn(pattern.argument, undefined, found);
  }
};

const CHANGING = /^(?:push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear)$/;

/** The name of a list or an object that an expression changes: `lines.push(…)`, `result.a = …`. */
const changedName = (node: AnyNode): string | undefined => {
  const isCall = node.type === 'CallExpression';
  const target = isCall ? node.callee : (node.left ?? node.argument);
  if (!isNode(target) || target.type !== 'MemberExpression') return undefined;
  if (isCall && !CHANGING.test(memberName(target) ?? '')) return undefined;
  let { object } = target;
  while (isNode(object) && object.type === 'MemberExpression') object = object.object;
  return isNode(object) && object.type === 'Identifier' ? String(object.name) : undefined;
};

const isChange = ({ type, operator }: AnyNode): boolean =>
  type === 'CallExpression' ||
  type === 'AssignmentExpression' ||
  type === 'UpdateExpression' ||
  (type === 'UnaryExpression' && operator === 'delete');

const listOf = (value: unknown): AnyNode[] => (Array.isArray(value) ? value.filter(isNode) : []);

/**
 * The names that stand for one value in the whole script, such as `const patch = "…"`. A name that is declared
 * twice, anywhere, or given another value later stands for none: which one is meant would have to be guessed.
 */
export const constantsOf = (
  root: AnyNode,
): { readonly names: ReadonlyMap<string, Binding>; readonly declared: ReadonlySet<string> } => {
  const values = new Map<string, Binding>();
  const declared = new Set<string>();
  /** `let result;`: the one value that it is given later is its only one. */
  const empty = new Set<string>();
  const spoiled = new Set<string>();
  const assigned: AnyNode[] = [];

  const declare = (pattern: unknown, init?: AnyNode): void =>
    namesIn(pattern, init && [], (name, path) => {
      if (declared.has(name)) spoiled.add(name);
      declared.add(name);
      if (init && path) values.set(name, { init, path });
    });
  const spoil = (pattern: unknown): void => namesIn(pattern, [], (name) => spoiled.add(name));
  visitAll(root, (node) => {
    if (node.type === 'VariableDeclarator') {
      declare(node.id, isNode(node.init) ? node.init : undefined);
      if (!isNode(node.init)) namesIn(node.id, [], (name) => empty.add(name));
    }
    if (node.type === 'CatchClause') declare(node.param);
    if (node.type === 'ClassDeclaration' || isFunction(node)) declare(node.id);
    if (isFunction(node)) for (const param of listOf(node.params)) declare(param);
    if (node.type === 'AssignmentExpression' || node.type === 'UpdateExpression') assigned.push(node);
    const changed = isChange(node) ? changedName(node) : undefined;
    if (changed !== undefined) spoiled.add(changed);
    // The variable of a loop has another value in each round.
    if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') {
      const { left } = node;
      if (!isNode(left)) return;
      for (const pattern of left.type === 'VariableDeclaration' ? listOf(left.declarations) : [left])
        spoil(pattern.id ?? pattern);
    }
  });
  for (const { left, argument, operator, right } of assigned) {
    namesIn(left ?? argument, [], (name, path) => {
      const isOnly = operator === '=' && path?.length === 0 && empty.delete(name);
      if (isOnly && isNode(right)) values.set(name, { init: right, path: [] });
      else spoiled.add(name);
    });
  }
  for (const name of spoiled) values.delete(name);
  return { names: values, declared };
};
