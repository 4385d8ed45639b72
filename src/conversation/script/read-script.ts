import { Parser } from 'acorn';
import { describeCall } from '../call.ts';
import type { ScriptCall } from '../item.ts';
import { constantsOf } from './constants.ts';
import { literalOf, type Scope } from './literal.ts';
import { type AnyNode, argumentsOf, isFunction, isNode, toolNamed, visitAll } from './syntax.ts';
import { type Trace, traceScript } from './trace.ts';

/** What a script holds at most: the parser's time grows with it. */
const MAX_CHARACTERS = 256 * 1024;
const MAX_CALLS = 200;
/** How much of a script is looked at to follow it. */
const MAX_VISITS = 100_000;
/** What the values of one script may come to, together. */
const MAX_VALUE_CHARACTERS = 2 ** 20;

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

export interface ReadScript {
  readonly source: string;
  readonly calls: readonly ScriptCall[];
  /** What it does in which order; absent where that cannot be followed. */
  readonly trace: Trace | undefined;
  /** Where its functions stand in the source. */
  readonly functions: readonly (readonly [start: number, end: number])[];
  /** Where each call stands in the source. */
  readonly starts: readonly number[];
}

/**
 * Without the checks that no name is declared twice, and that patterns are right: they compare each name, and each named
 * group, with all others, and a script of thousands of them would hold up everything else for seconds.
 */
const ScriptParser = Parser.extend(
  (Base) =>
    class extends Base {
      declareName(): void {}
      validateRegExpPattern(): void {}
    },
);

const parseScript = (source: string): AnyNode | undefined => {
  try {
    const options = { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true } as const;
    const root: unknown = ScriptParser.parse(source, { ...options, allowReturnOutsideFunction: true });
    return isNode(root) ? root : undefined;
  } catch {
    return undefined;
  }
};

/**
 * What a script of Codex's code mode does. The script is parsed, never run: an argument is given as a value only
 * where the script writes that value out.
 * @param source JavaScript, the body of an async module
 * @returns undefined for what is too long, does not parse or calls no tool
 */
export const readScript = (source: string): ReadScript | undefined => {
  const root = source.length > MAX_CHARACTERS ? undefined : parseScript(source);
  if (!root) return undefined;
  const { names, declared } = constantsOf(root);
  const scope: Scope = { names, charactersLeft: MAX_VALUE_CHARACTERS };
  const calls: ScriptCall[] = [];
  const places = new Map<AnyNode, number>();
  const functions: [start: number, end: number][] = [];
  visitAll(root, (node) => {
    if (isFunction(node)) functions.push([node.start, node.end]);
    if (node.type !== 'CallExpression' || calls.length >= MAX_CALLS) return;
    const name = toolNamed(node.callee);
    if (name === undefined) return;
    places.set(node, calls.length);
    calls.push(describe(name, argumentsOf(node)[0], source, scope));
  });
  if (calls.length === 0) return undefined;
  // A script with a `text` or `tools` of its own prints and calls by other means.
  const isOwn = ['text', 'tools', 'JSON', 'Promise'].some((name) => declared.has(name));
  const budget = { left: MAX_VISITS };
  const trace =
    isOwn || calls.length >= MAX_CALLS
      ? undefined
      : traceScript(root, { names, calls: places, loops: new Map(), budget });
  return { source, calls, trace, functions, starts: [...places.keys()].map(({ start }) => start) };
};
