import type { Node } from 'acorn';

/** Any node of the tree; acorn's own union has no common way to its children. */
export type AnyNode = Node & Record<string, unknown>;

export const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** In the order of the source. */
const childrenOf = (node: AnyNode): AnyNode[] =>
  Object.values(node)
    .flat()
    .filter(isNode)
    .sort((one, other) => one.start - other.start);

/** Calls `visit` for each node in the order of the source, without recursion: a script may be nested deeply. */
export const visitAll = (root: AnyNode, visit: (node: AnyNode) => void): void => {
  const waiting: AnyNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    visit(node);
    // One by one: a list may have more entries than a call may have arguments.
    for (const child of childrenOf(node).reverse()) waiting.push(child);
  }
};

export const isFunction = ({ type }: AnyNode): boolean =>
  type === 'ArrowFunctionExpression' || type === 'FunctionExpression' || type === 'FunctionDeclaration';

export const isNamed = (node: unknown, name: string): boolean =>
  isNode(node) && node.type === 'Identifier' && node.name === name;

/** The name after the dot: `b` of `a.b` and `a['b']`; undefined where it is computed. */
export const memberName = ({ property, computed }: AnyNode): string | undefined => {
  if (!isNode(property)) return undefined;
  const name = computed ? property.value : property.name;
  return typeof name === 'string' ? name : undefined;
};

/** `tools.exec_command` and `tools['exec_command']`. */
export const toolNamed = (callee: unknown): string | undefined =>
  isNode(callee) && callee.type === 'MemberExpression' && isNamed(callee.object, 'tools')
    ? memberName(callee)
    : undefined;

/** `JSON.stringify(…)`: whether a call is of this method of a global. */
export const isMethod = ({ callee }: AnyNode, object: string, method: string): boolean =>
  isNode(callee) &&
  callee.type === 'MemberExpression' &&
  isNamed(callee.object, object) &&
  memberName(callee) === method;

export const argumentsOf = (node: AnyNode): AnyNode[] =>
  Array.isArray(node.arguments) ? node.arguments.filter(isNode) : [];

/** Without the names of members and keys, which look like variables and are none. */
export const evaluatedChildren = (node: AnyNode): AnyNode[] => {
  const isName = (child: AnyNode): boolean =>
    node.computed !== true && (child === node.property || (child === node.key && child !== node.value));
  return childrenOf(node).filter((child) => !isName(child));
};
