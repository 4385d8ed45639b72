import { isObject, parseJson } from '../base/json-object.ts';

/** What a tool gave back, without its wrapping. */
export interface ReadOutput {
  readonly text: string;
  readonly exitCode?: number;
  readonly seconds?: number;
  /** True where the process went on after this output. */
  readonly running?: boolean;
  /** True where a script of code mode ended with an error. */
  readonly failed?: boolean;
}

const CODEX_HEAD =
  /^(?:(?:Chunk ID|Wall time|Process exited with code|Process running with|Original token count|Total output lines|Exit code|Script (?:completed|failed|running))[^\n]*\n)+Output:\n?/;
/** Codex's head has a few short lines. */
const MAX_HEAD = 1_000;

/** Codex's own head above an output: `Wall time: 3.62 seconds`, `Process exited with code 1`, `Script failed`. */
const readHead = (text: string): ReadOutput | undefined => {
  const head = CODEX_HEAD.exec(text.slice(0, MAX_HEAD))?.[0];
  if (!head) return undefined;
  const exit = /(?:exited with code|Exit code:) (-?\d+)/.exec(head)?.[1];
  const seconds = /Wall time:? ([\d.]+)/.exec(head)?.[1];
  return {
    text: text.slice(head.length),
    ...(exit === undefined ? {} : { exitCode: Number(exit) }),
    ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
    ...(/^(?:Process|Script) running/m.test(head) ? { running: true } : {}),
    ...(head.startsWith('Script failed') ? { failed: true } : {}),
  };
};

const numberOf = (...candidates: unknown[]): number | undefined =>
  candidates.find((candidate): candidate is number => typeof candidate === 'number');

/**
 * A result as JSON: an older `{"output":"…","metadata":{"exit_code":0,"duration_seconds":0.1}}`, or what a tool
 * returns to a script, `{"wall_time_seconds":0.1,"exit_code":0,"output":"…"}`.
 */
const readWrapped = (text: string): ReadOutput | undefined => {
  if (!text.startsWith('{')) return undefined;
  const fields = parseJson(text);
  if (!isObject(fields) || typeof fields.output !== 'string') return undefined;
  const metadata = isObject(fields.metadata) ? fields.metadata : {};
  const exitCode = numberOf(fields.exit_code, metadata.exit_code);
  const seconds = numberOf(fields.wall_time_seconds, metadata.duration_seconds);
  const isRunning = exitCode === undefined && 'session_id' in fields;
  return {
    text: fields.output,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(isRunning ? { running: true } : {}),
  };
};

/** Takes the wrapping off a tool's output. */
export const readOutput = (text: string): ReadOutput => readHead(text) ?? readWrapped(text) ?? { text };
