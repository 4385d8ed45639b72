import { ANY, type Shape, type ShapeScope, shapeOf } from './shape.ts';
import {
  type AnyNode,
  argumentsOf,
  evaluatedChildren,
  isFunction,
  isNamed,
  isNode,
  memberName,
  visitAll,
} from './syntax.ts';

/** What a script does, one after the other, where that can be told without running it. */
export type Step =
  /** `awaited`: where the `await` is that all that follows waits for; the same for calls that run side by side. */
  | { readonly kind: 'call'; readonly call: number; readonly awaited: number | undefined }
  | { readonly kind: 'print'; readonly shape: Shape }
  /** A loop or a branch: any of these, any number of times. */
  | { readonly kind: 'some'; readonly shapes: readonly Shape[]; readonly calls: readonly number[] };

export interface Trace {
  readonly steps: Step[];
  /** What functions print, whenever they are called. */
  readonly floating: Shape[];
  readonly floatingCalls: Set<number>;
  /** Calls that may be made several times. */
  readonly repeated: Set<number>;
  /** True where the script may end before its last step without having failed. */
  canEnd: boolean;
}

const MAX_STEPS = 200;
const MAX_DEPTH = 200;

const LOOP = /^(?:For|ForIn|ForOf|While|DoWhile)Statement$/;
const BRANCH = /^(?:If|Try|Switch|Labeled)Statement$|^(?:Conditional|Logical)Expression$/;
const LEAVING = /^(?:Break|Continue|Return)Statement$/;

const emptyTrace = (): Trace => ({
  steps: [],
  floating: [],
  floatingCalls: new Set(),
  repeated: new Set(),
  canEnd: false,
});

const isPrint = (node: AnyNode): boolean => node.type === 'CallExpression' && isNamed(node.callee, 'text');

/** Whatever has `text` other than by calling it, such as `then(text)`, prints what it wants. */
const isHandedOn = (node: AnyNode, parent: AnyNode | undefined): boolean =>
  isNamed(node, 'text') && !(parent && isPrint(parent) && parent.callee === node);

const endsScript = (node: AnyNode): boolean =>
  node.type === 'ReturnStatement' || (node.type === 'CallExpression' && isNamed(node.callee, 'exit'));

/** Adds what is printed and called somewhere within, and gives the functions within, which are left out. */
const gather = (
  root: AnyNode,
  scope: ShapeScope,
  into: Trace,
  shapes: Shape[],
  calls: number[],
): AnyNode[] => {
  const functions: AnyNode[] = [];
  const waiting: [node: AnyNode, parent: AnyNode | undefined, inLoop: boolean][] = [[root, undefined, false]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, parent, inLoop] = next;
    scope.budget.left--;
    if (node !== root && isFunction(node)) {
      functions.push(node);
      continue;
    }
    const call = scope.calls.get(node);
    if (call !== undefined) calls.push(call);
    const isLoop = inLoop || LOOP.test(node.type);
    if (call !== undefined && isLoop) into.repeated.add(call);
    if (isPrint(node)) shapes.push(shapeOf(argumentsOf(node)[0], scope));
    if (isHandedOn(node, parent)) shapes.push(ANY);
    // A function ends itself alone by `return`.
    if (endsScript(node) && !(isFunction(root) && node.type === 'ReturnStatement')) into.canEnd = true;
    for (const child of evaluatedChildren(node)) waiting.push([child, node, isLoop]);
  }
  return functions;
};

/** A function runs whenever, and as often as, it is called. */
const float = (root: AnyNode, scope: ShapeScope, into: Trace): void => {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const calls: number[] = [];
    waiting.push(...gather(node, { ...scope, loops: new Map() }, into, into.floating, calls));
    for (const call of calls) {
      into.floatingCalls.add(call);
      into.repeated.add(call);
    }
  }
};

const addSome = (node: AnyNode, scope: ShapeScope, into: Trace): void => {
  const [shapes, calls]: [Shape[], number[]] = [[], []];
  for (const inner of gather(node, scope, into, shapes, calls)) float(inner, scope, into);
  into.steps.push({ kind: 'some', shapes, calls });
};

/** Whether a body calls no tool, is run to its end, and leaves the variable of its loop alone. */
const isPlainBody = (body: AnyNode, name: string, scope: ShapeScope): boolean => {
  let isPlain = true;
  visitAll(body, (node) => {
    scope.budget.left--;
    if (LEAVING.test(node.type) || scope.calls.has(node)) isPlain = false;
    if (node.type === 'VariableDeclarator' && isNamed(node.id, name)) isPlain = false;
    if (node.type === 'AssignmentExpression' && isNamed(node.left, name)) isPlain = false;
  });
  return isPlain;
};

/** Runs a body once for each entry of a list whose entries are known. @returns false where they are not */
const unroll = (
  { list, variable, body }: { list: unknown; variable: unknown; body: unknown },
  scope: ShapeScope,
  into: Trace,
  depth: number,
): boolean => {
  const shape = shapeOf(list, scope);
  if (shape.kind !== 'list' || !isNode(variable) || variable.type !== 'Identifier' || !isNode(body))
    return false;
  const name = String(variable.name);
  if (!isPlainBody(body, name, scope)) return false;
  for (const item of shape.items) {
    const loops = new Map([...scope.loops, [name, item] as const]);
    visit(body, { scope: { ...scope, loops }, into, depth: depth + 1, awaited: undefined });
  }
  return true;
};

interface Place {
  readonly scope: ShapeScope;
  readonly into: Trace;
  readonly depth: number;
  readonly awaited: number | undefined;
}

const visitForOf = (node: AnyNode, place: Place): void => {
  const { scope, into, depth } = place;
  const { left, right, body } = node;
  const [declared] = isNode(left) && Array.isArray(left.declarations) ? left.declarations : [];
  visit(right, place);
  if (!unroll({ list: right, variable: declared?.id, body }, scope, into, depth)) addSome(node, scope, into);
};

/** `results.forEach((result) => text(result))`. @returns false for any other call */
const visitForEach = (node: AnyNode, place: Place): boolean => {
  const { callee } = node;
  const [given] = argumentsOf(node);
  if (!isNode(callee) || callee.type !== 'MemberExpression' || memberName(callee) !== 'forEach') return false;
  if (!given || !isFunction(given) || given.async || !Array.isArray(given.params)) return false;
  const [variable, ...more] = given.params;
  if (more.length > 0) return false;
  const { scope, into, depth } = place;
  return unroll({ list: callee.object, variable, body: given.body }, scope, into, depth);
};

const visitCall = (node: AnyNode, place: Place): void => {
  if (visitForEach(node, place)) return;
  const { scope, into, awaited } = place;
  for (const child of evaluatedChildren(node))
    if (!isPrint(node) || child !== node.callee) visit(child, place);
  const call = scope.calls.get(node);
  if (call !== undefined) into.steps.push({ kind: 'call', call, awaited });
  if (isPrint(node)) into.steps.push({ kind: 'print', shape: shapeOf(argumentsOf(node)[0], scope) });
  if (endsScript(node)) into.canEnd = true;
};

const visit = (node: unknown, place: Place): void => {
  const { scope, into } = place;
  if (!isNode(node) || scope.budget.left-- <= 0) return;
  const next: Place = { ...place, depth: place.depth + 1 };
  // What is nested deeper is as good as unknown: it prints anything, at any time.
  if (place.depth > MAX_DEPTH) into.floating.push(ANY);
  else if (isFunction(node)) float(node, scope, into);
  else if (node.type === 'CallExpression') visitCall(node, next);
  else if (node.type === 'ForOfStatement') visitForOf(node, next);
  else if (LOOP.test(node.type) || BRANCH.test(node.type)) addSome(node, scope, into);
  else {
    if (isHandedOn(node, undefined)) into.floating.push(ANY);
    if (endsScript(node)) into.canEnd = true;
    const awaited = place.awaited ?? (node.type === 'AwaitExpression' ? node.start : undefined);
    for (const child of evaluatedChildren(node)) visit(child, { ...next, awaited });
  }
};

/**
 * Follows a script in the order in which it runs.
 * @returns undefined for one that is too long to be followed
 */
export const traceScript = (root: AnyNode, scope: ShapeScope): Trace | undefined => {
  const into = emptyTrace();
  visit(root, { scope, into, depth: 0, awaited: undefined });
  return scope.budget.left > 0 && into.steps.length <= MAX_STEPS ? into : undefined;
};
