import { isObject, type JsonObject, parseJson } from '../base/json-object.ts';

/** What a tool gave back, without its wrapping. */
export interface ReadOutput {
  readonly text: string;
  readonly exitCode?: number;
  readonly seconds?: number;
  /** True where the process went on after this output. */
  readonly running?: boolean;
  /** True where a script of code mode ended with an error. */
  readonly failed?: boolean;
  /** Of one of several results: the name or the place that the script printed it under. */
  readonly label?: string;
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

/** Codex tells microseconds of a command that it found ended when it looked. */
const MIN_SECONDS = 0.001;

const numberOf = (...candidates: unknown[]): number | undefined =>
  candidates.find((candidate): candidate is number => typeof candidate === 'number');

/**
 * A result: an older `{"output":"…","metadata":{"exit_code":0,"duration_seconds":0.1}}`, or what a tool returns to a
 * script, `{"wall_time_seconds":0.1,"exit_code":0,"output":"…"}`.
 */
const readResult = (fields: JsonObject): ReadOutput | undefined => {
  if (typeof fields.output !== 'string') return undefined;
  const metadata = isObject(fields.metadata) ? fields.metadata : {};
  const exitCode = numberOf(fields.exit_code, metadata.exit_code);
  const seconds = numberOf(fields.wall_time_seconds, metadata.duration_seconds);
  const isRunning = exitCode === undefined && 'session_id' in fields;
  return {
    text: fields.output,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(seconds === undefined || seconds < MIN_SECONDS ? {} : { seconds }),
    ...(isRunning ? { running: true } : {}),
  };
};

const readWrapped = (text: string): ReadOutput | undefined => {
  const fields = text.startsWith('{') ? parseJson(text) : undefined;
  return isObject(fields) ? readResult(fields) : undefined;
};

/** Takes the wrapping off a tool's output. */
export const readOutput = (text: string): ReadOutput => readHead(text) ?? readWrapped(text) ?? { text };

/** More than a script prints at once; what is longer stays as it is. */
const MAX_RESULTS = 100;
const MAX_CHARACTERS = 4 * 2 ** 20;
const MAX_LABEL = 100;

/** A result, or a promise of one that was kept: `{"status":"fulfilled","value":…}`. */
const resultIn = (value: unknown): ReadOutput | undefined => {
  if (!isObject(value)) return undefined;
  return readResult(value.status === 'fulfilled' && isObject(value.value) ? value.value : value);
};

/** Results that a script printed as one value: `{"status":{…},"tests":{…}}` or a list of them. */
const readSeveral = (text: string): readonly ReadOutput[] | undefined => {
  const mayBe = /^[{[]/.test(text) && text.length <= MAX_CHARACTERS && text.includes('"wall_time_seconds":');
  const value = mayBe ? parseJson(text) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value);
  if (entries.length > MAX_RESULTS || !entries.some(([, one]) => resultIn(one))) return undefined;
  return entries.map(([name, one]) => ({
    ...(resultIn(one) ?? { text: typeof one === 'string' ? one : JSON.stringify(one) }),
    label: Array.isArray(value) ? `[${name}]` : name.slice(0, MAX_LABEL),
  }));
};

/** The same where a script printed several results at once: each of them. Otherwise, one. */
export const readOutputs = (text: string): readonly ReadOutput[] => {
  const head = readHead(text);
  const several = readSeveral(head?.text ?? text);
  if (!several) return [readOutput(text)];
  return head ? [{ ...head, text: '' }, ...several] : several;
};
