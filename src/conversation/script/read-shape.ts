import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';
import type { ScriptCall, ScriptRun } from '../item.ts';
import type { Shape } from './shape.ts';

/** What a printed value says of a call; `refused` where the promise of the call was rejected. */
export interface Finding {
  readonly call: number;
  readonly run: ScriptRun;
  readonly refused?: true;
}

/** Something that a script printed, or a value within it. */
export interface Printed {
  readonly text?: string;
  readonly value: unknown;
}

const COMMANDS = /^(?:exec_command|write_stdin)$/;

/** `{"chunk_id":"…","wall_time_seconds":0.1,"exit_code":0,"output":"…"}`; what still runs has no exit code. */
const readResult = (value: unknown): ScriptRun | undefined => {
  if (!isObject(value) || typeof value.output !== 'string') return undefined;
  const { wall_time_seconds: seconds, exit_code: exitCode } = value;
  if (typeof seconds !== 'number') return undefined;
  return { seconds, ...(typeof exitCode === 'number' && { exitCode }) };
};

/** Whether something that was printed has the result of a command in it, wherever it is. */
export const holdsResult = ({ text }: Printed): boolean => text?.includes('"wall_time_seconds":') === true;

/** An exit code, or `undefined` of a process that still runs, at the beginning of a text. */
const CODE = /^(?:-?\d{1,10}|undefined)/;

const readText = (pieces: readonly (string | Shape)[], text: string): Finding[] | undefined => {
  const findings: Finding[] = [];
  let rest = text;
  for (const [place, piece] of pieces.entries()) {
    if (typeof piece === 'string') {
      if (!rest.startsWith(piece)) return undefined;
      rest = rest.slice(piece.length);
      continue;
    }
    if (piece.kind !== 'exitCode') {
      // How long it is, is not known: the rest is only held to its end.
      const last = pieces.at(-1);
      const hasEnd = place === pieces.length - 1 || typeof last !== 'string' || rest.endsWith(last);
      return hasEnd ? findings : undefined;
    }
    const code = CODE.exec(rest.slice(0, 12))?.[0];
    if (code === undefined) return undefined;
    if (code !== 'undefined') findings.push({ call: piece.call, run: { exitCode: Number(code) } });
    rest = rest.slice(code.length);
  }
  return rest === '' ? findings : undefined;
};

type Calls = readonly ScriptCall[];

const isCommand = (call: number, calls: Calls): boolean => COMMANDS.test(calls[call]?.name ?? '');

const all = (found: readonly (Finding[] | undefined)[]): Finding[] | undefined =>
  found.every((findings) => findings !== undefined) ? found.flat() : undefined;

/** A member that is `undefined` is left out by `JSON.stringify`. */
const mayBeAbsent = ({ kind }: Shape): boolean => kind === 'any' || kind === 'exitCode';

const readObject = (
  { members }: Extract<Shape, { kind: 'object' }>,
  value: JsonObject,
  calls: Calls,
): Finding[] | undefined => {
  const shapes = new Map(members);
  if (!Object.keys(value).every((name) => shapes.has(name))) return undefined;
  return all(
    [...shapes].map(([name, shape]) => {
      if (name in value) return readShape(shape, { value: value[name] }, calls);
      return mayBeAbsent(shape) ? [] : undefined;
    }),
  );
};

const readSettled = (shape: Shape, value: unknown, calls: Calls): Finding[] | undefined => {
  if (!isObject(value)) return undefined;
  if (value.status === 'fulfilled') return readShape(shape, { value: value.value }, calls);
  if (value.status !== 'rejected') return undefined;
  return shape.kind === 'call' ? [{ call: shape.call, run: {}, refused: true }] : [];
};

/**
 * What a printed value says of the calls that its shape has the results of.
 * @returns undefined where a value of this shape cannot look like this
 */
export const readShape = (shape: Shape, printed: Printed, calls: Calls): Finding[] | undefined => {
  const { value, text } = printed;
  switch (shape.kind) {
    case 'any':
      return [];
    case 'call': {
      if (!isCommand(shape.call, calls)) return [];
      const run = readResult(value);
      return run && [{ call: shape.call, run }];
    }
    case 'exitCode':
      if (text === 'undefined') return [];
      return typeof value === 'number' ? [{ call: shape.call, run: { exitCode: value } }] : undefined;
    case 'list':
      if (!Array.isArray(value) || value.length !== shape.items.length) return undefined;
      return all(shape.items.map((item, place) => readShape(item, { value: value[place] }, calls)));
    case 'each':
      if (!Array.isArray(value)) return undefined;
      return all(value.map((entry: unknown) => readShape(shape.item, { value: entry }, calls)));
    case 'object':
      return isObject(value) ? readObject(shape, value, calls) : undefined;
    case 'settled':
      return readSettled(shape.value, value, calls);
    case 'text': {
      const said = text ?? value;
      return typeof said === 'string' ? readText(shape.pieces, said) : undefined;
    }
  }
};

/** Codex records no empty text: what may be one may have been printed without a trace. */
export const mayBeEmpty = (shape: Shape, calls: Calls): boolean => {
  if (shape.kind === 'any') return true;
  if (shape.kind === 'call') return !isCommand(shape.call, calls);
  if (shape.kind !== 'text') return false;
  return shape.pieces.every((piece) => (typeof piece === 'string' ? piece === '' : mayBeEmpty(piece, calls)));
};

/** A part of an output as what was printed. */
export const printedOf = (text: string): Printed => {
  const isJson = /^\s*[[{\d-]/.test(text);
  return { text, value: isJson ? parseJson(text) : undefined };
};
