import { isObject, nonEmptyString, parseJson } from '../../../base/json-object.ts';
import { type LeftArgument, writeArguments } from './left-arguments.ts';
import { type Declared, declaredName, type LeftCall } from './left-call.ts';

/** Reads the text inside a marked block. @returns undefined unless it calls tools that the client declared */
export type ParseLeftCalls = (inside: string, declared: Declared) => readonly LeftCall[] | undefined;

interface Cut {
  readonly inside: string;
  /** Behind the end. */
  readonly next: number;
}

const cut = (text: string, open: string, close: string, from: number): Cut | undefined => {
  const at = text.indexOf(open, from);
  if (at === -1) return undefined;
  const end = text.indexOf(close, at + open.length);
  return end === -1 ? undefined : { inside: text.slice(at + open.length, end), next: end + close.length };
};

/** All of a text, each read by `read`. @returns undefined if there are none, or one of them cannot be read */
const each = <Value>(
  text: string,
  open: string,
  close: string,
  read: (inside: string) => Value | undefined,
): Value[] | undefined => {
  const values: Value[] = [];
  for (let from = 0; ; ) {
    const found = cut(text, open, close, from);
    if (found === undefined) return values.length > 0 && !text.includes(open, from) ? values : undefined;
    const value = read(found.inside);
    if (value === undefined) return undefined;
    values.push(value);
    from = found.next;
  }
};

const callOf = (written: string, declared: Declared, args: unknown): LeftCall | undefined => {
  const name = declaredName(written, declared);
  const value = typeof args === 'string' ? parseJson(args.trim() || '{}') : args;
  return name === undefined || !isObject(value) ? undefined : { name, json: JSON.stringify(value) };
};

const callWith = (
  written: string,
  declared: Declared,
  given: readonly LeftArgument[],
): LeftCall | undefined => {
  const name = declaredName(written, declared);
  return name === undefined
    ? undefined
    : { name, json: writeArguments(given, declared.parametersOf?.(name)) };
};

/** `NAME" string="true">VALUE`: what follows `<parameter name="`. */
const readParameter = (inside: string): LeftArgument | undefined => {
  const quote = inside.indexOf('"');
  const end = inside.indexOf('>', quote);
  if (quote === -1 || end === -1) return undefined;
  const [, isText] = /string="(true|false)"/.exec(inside.slice(quote, end)) ?? [];
  return {
    name: inside.slice(0, quote),
    text: inside.slice(end + 1),
    isText: isText === undefined ? undefined : isText === 'true',
  };
};

/** @param mark before the names of elements: `｜DSML｜`, or nothing */
export const parseInvokes =
  (mark: string): ParseLeftCalls =>
  (inside, declared) =>
    each(inside, `<${mark}invoke name="`, `</${mark}invoke>`, (invoke) => {
      const quote = invoke.indexOf('"');
      const end = invoke.indexOf('>', quote);
      if (quote === -1 || end === -1) return undefined;
      const [name, body] = [invoke.slice(0, quote), invoke.slice(end + 1)];
      if (!body.includes(`<${mark}parameter `)) return callOf(name, declared, body);
      const given = each(body, `<${mark}parameter name="`, `</${mark}parameter>`, readParameter);
      return given && callWith(name, declared, given);
    });

/** `<parameter=NAME>VALUE</parameter>`: what follows `<parameter=`. */
const readQwenParameter = (inside: string): LeftArgument | undefined => {
  const end = inside.indexOf('>');
  return end === -1
    ? undefined
    : { name: inside.slice(0, end).trim(), text: inside.slice(end + 1), isText: undefined };
};

/** Qwen's coders: `<function=NAME>`, what follows it. */
const parseQwen = (inside: string, declared: Declared): readonly LeftCall[] | undefined => {
  const end = inside.indexOf('>');
  const body = inside.slice(end + 1);
  const given = body.includes('<parameter=')
    ? each(body, '<parameter=', '</parameter>', readQwenParameter)
    : [];
  const call =
    end === -1 || given === undefined ? undefined : callWith(inside.slice(0, end), declared, given);
  return call && [call];
};

/** GLM: `NAME<arg_key>KEY</arg_key><arg_value>VALUE</arg_value>…`. */
const parseGlm = (inside: string, declared: Declared): readonly LeftCall[] | undefined => {
  const first = inside.indexOf('<arg_key>');
  const name = first === -1 ? inside : inside.slice(0, first);
  const keys = first === -1 ? [] : each(inside, '<arg_key>', '</arg_key>', (key) => key.trim());
  const values = first === -1 ? [] : each(inside, '<arg_value>', '</arg_value>', (value) => value);
  if (keys === undefined || values?.length !== keys.length) return undefined;
  const given = keys.map((key, at) => ({ name: key, text: values[at] ?? '', isText: undefined }));
  const call = callWith(name, declared, given);
  return call && [call];
};

/** A name in which GLM's server has left the arguments. @returns undefined if these cannot be read */
export const parseFoldedName = (name: string, declared: Declared): LeftCall | undefined =>
  name.includes('<arg_key>') ? parseGlm(name, declared)?.[0] : undefined;

/** `{"name": …, "arguments": {…}}`, as Hermes and many after it. */
const parseHermes = (value: unknown, declared: Declared): LeftCall | undefined =>
  isObject(value)
    ? callOf(nonEmptyString(value.name) ?? '', declared, value.arguments ?? value.parameters ?? {})
    : undefined;

export const parseToolCall: ParseLeftCalls = (inside, declared) => {
  const text = inside.trim();
  if (text.startsWith('<function=')) {
    return parseQwen(text.slice('<function='.length).replace(/<\/function>$/, ''), declared);
  }
  if (!text.startsWith('{')) return parseGlm(text, declared);
  const call = parseHermes(parseJson(text), declared);
  return call && [call];
};

export const parseBareQwen: ParseLeftCalls = parseQwen;

/** Kimi: `functions.NAME:0`, a mark, and the arguments. */
export const parseKimi: ParseLeftCalls = (inside, declared) =>
  each(inside, '<|tool_call_begin|>', '<|tool_call_end|>', (call) => {
    const [name = '', json] = call.split('<|tool_call_argument_begin|>');
    return json === undefined ? undefined : callOf(name, declared, json);
  });

/** DeepSeek before its DSML: `NAME<sep>{…}`, or `function<sep>NAME` and the arguments in a fence. */
export const parseDeepSeek: ParseLeftCalls = (inside, declared) =>
  each(inside, '<｜tool▁call▁begin｜>', '<｜tool▁call▁end｜>', (call) => {
    const [first = '', second] = call.split('<｜tool▁sep｜>');
    if (second === undefined) return undefined;
    if (first.trim() !== 'function') return callOf(first, declared, second);
    const fenced = cut(second, '```json', '```', 0);
    return fenced && callOf(second.slice(0, second.indexOf('```')), declared, fenced.inside);
  });

/** Mistral: a list of calls as Hermes has them. */
export const parseMistral: ParseLeftCalls = (inside, declared) => {
  const list = parseJson(inside.trim());
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const calls = list.map((value: unknown) => parseHermes(value, declared));
  return calls.every((call) => call !== undefined) ? calls : undefined;
};
