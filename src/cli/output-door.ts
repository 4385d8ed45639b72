import process from 'node:process';
import { inAscii, needsAscii } from './render/ascii.ts';

/**
 * What a terminal would obey or hide instead of showing, and before it what may pass: our colours, line ends
 * and tabs, and at the start of a text the movement by which the live tail rewrites its lines. Everything
 * else that is a control character (C0, DEL, C1), formats invisibly (bidirectional overrides, zero-width
 * characters), separates lines or is half a character does not pass. The joiner of emoji sequences does.
 */
const CONTROL =
  /(^\x1b\[\d{1,4}A\r\x1b\[J|\x1b\[(?:[0-47]|2[2-7]|[349]\d)m|\r?\n|\t)|[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?!\u200d)\p{Cf}/gu;

const HARMLESS = /^[\n\t\x20-\x7e]*$/;

/** The Unicode block that pictures control characters: ␛ for escape. */
const CONTROL_PICTURES = 0x2400;

const picture = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x7f) return '\u2421';
  return code < 0x20 ? String.fromCodePoint(CONTROL_PICTURES + code) : '\ufffd';
};

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');

/** Lines of JSON keep their data: what must not pass is written as JSON's own escape. */
const isJson = (text: string): boolean => text.startsWith('{"');

/** A text as it may be written to a terminal. */
export const harmlessOutput = (text: string): string => {
  if (HARMLESS.test(text)) return text;
  const shown = isJson(text) ? escaped : picture;
  return text.replace(CONTROL, (found: string, own: string | undefined) => own ?? shown(found));
};

const terminals = new WeakMap<object, NodeJS.WritableStream>();

/**
 * The stream behind the door, for a question whose line is edited in place. What is asked must be harmless.
 */
export const behindDoor = (door: NodeJS.WritableStream): NodeJS.WritableStream => terminals.get(door) ?? door;

/**
 * The one door that all output of the command line goes through. What is written may hold the words of
 * strangers: model ids of a provider, values of a configuration file, texts of errors. None of it reaches
 * the terminal as a sequence that titles the window, fills the clipboard or hides a line.
 * @param env says, with the stream, which signs its terminal can show
 * @returns the stream itself, but for what is written to it
 */
export const openDoor = <Stream extends NodeJS.WritableStream>(
  stream: Stream,
  env: NodeJS.ProcessEnv = {},
): Stream => {
  const isAscii = needsAscii(stream, env, process.platform);
  const show = (text: string): string => {
    const harmless = harmlessOutput(text);
    return isAscii && !isJson(harmless) ? inAscii(harmless) : harmless;
  };
  const pass = (chunk: unknown): unknown => (typeof chunk === 'string' ? show(chunk) : chunk);
  const write = (chunk: unknown, ...rest: unknown[]): unknown =>
    Reflect.apply(stream.write, stream, [pass(chunk), ...rest]);
  const end = (chunk?: unknown, ...rest: unknown[]): unknown =>
    Reflect.apply(stream.end, stream, [pass(chunk), ...rest]);
  const door = new Proxy(stream, {
    get: (target, name) => {
      if (name === 'write') return write;
      if (name === 'end') return end;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
  terminals.set(door, stream);
  return door;
};
