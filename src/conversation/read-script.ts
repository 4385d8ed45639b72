import { type Node, parse } from 'acorn';
import { describeCall } from './call.ts';
import type { ScriptCall } from './item.ts';
import { literalOf, type Scope } from './script-literal.ts';

/** What a script holds at most: the parser's time grows with it. */
const MAX_CHARACTERS = 256 * 1024;
const MAX_CALLS = 200;
/** What the values of one script may come to, together. */
const MAX_VALUE_CHARACTERS = 2 ** 20;

/** Any node of the tree; acorn's own union has no common way to its children. */
type AnyNode = Node & Record<string, unknown>;

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Calls `visit` for each node in the order of the source, without recursion: a script may be nested deeply. */
const visitAll = (root: AnyNode, visit: (node: AnyNode) => void): void => {
  const waiting: AnyNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    visit(node);
    const children = Object.values(node).flat().filter(isNode);
    waiting.push(...children.reverse());
  }
};

/** `tools.exec_command` and `tools['exec_command']`. */
const toolNamed = (callee: unknown): string | undefined => {
  if (!isNode(callee) || callee.type !== 'MemberExpression') return undefined;
  const { object, property, computed } = callee;
  if (!isNode(object) || object.type !== 'Identifier' || object.name !== 'tools' || !isNode(property))
    return undefined;
  if (!computed) return typeof property.name === 'string' ? property.name : undefined;
  return typeof property.value === 'string' ? property.value : undefined;
};

/** The names that stand for one value in the whole script: `const patch = "…"`, declared once. */
const constantsOf = (root: AnyNode): ReadonlyMap<string, unknown> => {
  const names = new Map<string, unknown>();
  const seen = new Set<string>();
  visitAll(root, (node) => {
    if (node.type !== 'VariableDeclaration' || !Array.isArray(node.declarations)) return;
    for (const { id, init } of node.declarations.filter(isNode)) {
      if (!isNode(id) || typeof id.name !== 'string') continue;
      // A name that is declared twice, or may be assigned again, stands for no one value.
      if (node.kind === 'const' && !seen.has(id.name) && isNode(init)) names.set(id.name, init);
      else names.delete(id.name);
      seen.add(id.name);
    }
  });
  return names;
};

const describe = (name: string, argument: AnyNode | undefined, source: string, scope: Scope): ScriptCall => {
  if (argument === undefined) return { name, arguments: '' };
  const literal = literalOf(argument, scope);
  if (literal === undefined) {
    return { name, arguments: source.slice(argument.start, argument.end), computed: true };
  }
  const { value } = literal;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return describeCall({ name, arguments: text }, typeof value === 'string' ? { input: value } : value);
};

/**
 * The tools that a script of Codex's code mode calls. The script is parsed, never run: an argument is given as
 * a value only where the script writes that value out.
 * @param source JavaScript, the body of an async module
 * @returns undefined for what is too long, does not parse or calls no tool
 */
export const readScript = (source: string): ScriptCall[] | undefined => {
  if (source.length > MAX_CHARACTERS) return undefined;
  let root: unknown;
  try {
    const options = { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true } as const;
    root = parse(source, { ...options, allowReturnOutsideFunction: true });
  } catch {
    return undefined;
  }
  if (!isNode(root)) return undefined;
  const scope: Scope = { names: constantsOf(root), charactersLeft: MAX_VALUE_CHARACTERS };
  const calls: ScriptCall[] = [];
  visitAll(root, (node) => {
    if (node.type !== 'CallExpression' || calls.length >= MAX_CALLS) return;
    const name = toolNamed(node.callee);
    const argument = Array.isArray(node.arguments) ? node.arguments.find(isNode) : undefined;
    if (name !== undefined) calls.push(describe(name, argument, source, scope));
  });
  return calls.length > 0 ? calls : undefined;
};
