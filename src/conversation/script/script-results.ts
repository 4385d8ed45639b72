import type { ConversationPart, ScriptCall, ScriptEnding, ScriptRun } from '../item.ts';
import { readOutput } from '../read-output.ts';
import { type Alignment, align } from './align.ts';
import type { ReadScript } from './read-script.ts';
import { type Finding, holdsResult, type Printed, printedOf } from './read-shape.ts';
import type { Trace } from './trace.ts';

/** Of one part; a longer one is text, not results. */
const MAX_CHARACTERS = 4 * 2 ** 20;

const HEAD = /^Script (completed|failed|running)\b/;
const ERROR = 'Script error:\n';
/** A place in the script, from 1, in a line of a stack. */
const FRAME = /exec_main\.mjs:(\d{1,7}):(\d{1,7})\)?$/gm;

interface Output {
  readonly ending: string;
  readonly parts: readonly Printed[];
  /** Why the script failed. */
  readonly error: string | undefined;
}

/** @returns undefined for what no script has given back at its end, such as what it told on the way by `notify` */
const readParts = (parts: readonly ConversationPart[]): Output | undefined => {
  const texts = parts.map((part) => (part.kind === 'text' ? part.text : undefined));
  const [head = '', ...rest] = texts;
  const ending = HEAD.exec(head)?.[1];
  if (ending === undefined) return undefined;
  // All in one text, as other gateways have it: what follows the head is the first part.
  const { text } = readOutput(head);
  const said = text === '' ? rest : [text, ...rest];
  const last = said.at(-1);
  const error = ending === 'failed' && last?.startsWith(ERROR) ? last.slice(ERROR.length) : undefined;
  const printed = (error === undefined ? said : said.slice(0, -1)).filter((part) => part !== undefined);
  return {
    ending,
    error,
    parts: printed.map((part) => (part.length > MAX_CHARACTERS ? { value: undefined } : printedOf(part))),
  };
};

/** Where in the source the script failed, where its stack says so and no function was running. */
const failedAt = (error: string, { source, functions }: ReadScript): number | undefined => {
  const frame = [...error.slice(-2000).matchAll(FRAME)].at(-1);
  if (!frame) return undefined;
  const lines = source.split('\n').slice(0, Number(frame[1]) - 1);
  const offset = lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(frame[2]) - 1;
  return functions.some(([start, end]) => start <= offset && offset < end) ? undefined : offset;
};

/** Which call made a script fail, and which it never came to. */
const readFailure = (
  error: string,
  script: ReadScript,
  trace: Trace,
  alignment: Alignment,
): ReadonlyMap<number, ScriptEnding> => {
  const { steps } = trace;
  const offset = failedAt(error, script);
  const lastStop = steps.reduce((last, _step, place) => (alignment.canStopBefore(place) ? place : last), 0);
  const inLine = steps.flatMap((step, place) => (step.kind === 'call' ? [{ ...step, place }] : []));
  const isNamed = (call: number): boolean => error.startsWith(script.calls[call]?.name ?? '\n');
  const elsewhere = [
    ...trace.floatingCalls,
    ...steps.flatMap((step) => (step.kind === 'some' ? step.calls : [])),
  ];
  const suspects = inLine.filter(({ call, place }) => isNamed(call) && alignment.canStopBefore(place));
  const [suspect] = suspects;
  const isSure = suspects.length === 1 && suspect?.awaited !== undefined && !elsewhere.some(isNamed);
  const failed = isSure ? suspect : undefined;
  const isBehind = ({ call, place, awaited }: (typeof inLine)[number]): boolean => {
    if (place > lastStop) return true;
    if (failed) return place > failed.place && awaited !== failed.awaited;
    return offset !== undefined && (script.starts[call] ?? 0) > offset;
  };
  const endings = new Map<number, ScriptEnding>();
  if (!failed) {
    for (const { call } of suspects) endings.set(call, 'notMatched');
    for (const call of elsewhere.filter(isNamed)) endings.set(call, 'notMatched');
  }
  for (const step of inLine.filter(isBehind)) endings.set(step.call, 'notReached');
  if (failed) endings.set(failed.call, 'failed');
  return endings;
};

/** One run, where a call was made once: it may have been printed twice. */
const mergeRuns = (runs: readonly ScriptRun[]): ScriptRun | undefined => {
  const codes = new Set(runs.map(({ exitCode }) => exitCode).filter((code) => code !== undefined));
  return codes.size > 1 ? undefined : Object.assign({}, ...runs);
};

const withRuns = (call: ScriptCall, runs: readonly ScriptRun[], isRepeated: boolean): ScriptCall => {
  const [first, ...more] = runs;
  if (!first) return call;
  if (isRepeated && more.length > 0) return { ...call, runs: [...runs] };
  const run = mergeRuns(runs);
  return run ? { ...call, ...run } : { ...call, ending: 'notMatched' };
};

/** Findings that all candidates agree on; undefined where they do not. */
const agreed = (candidates: readonly (readonly Finding[])[]): readonly Finding[] | undefined => {
  const [first, ...others] = candidates;
  const text = JSON.stringify(first);
  return others.every((other) => JSON.stringify(other) === text) ? first : undefined;
};

const isCommand = ({ name, command, computed }: ScriptCall): boolean =>
  command !== undefined || (computed === true && name === 'exec_command');

/** Says of all calls of which something is asked that it is not known how they ended, and why. */
const withoutResults = (calls: readonly ScriptCall[], { parts, ending }: Output): ScriptCall[] => {
  const hasResults = parts.some(holdsResult);
  return calls.map((call): ScriptCall => {
    if (call.patch !== undefined && ending === 'failed') return { ...call, ending: 'notMatched' };
    return isCommand(call) ? { ...call, ending: hasResults ? 'notMatched' : 'notPrinted' } : call;
  });
};

/**
 * Finds out how each call of a script ended. What a script prints names no call, so each result is followed from its
 * call to where it is printed. Where several calls could have printed it, the ending is unknown.
 */
export const withResults = (
  script: ReadScript,
  given: readonly ConversationPart[],
): readonly ScriptCall[] => {
  const { calls, trace } = script;
  const output = readParts(given);
  if (!output) return calls;
  const { parts, error, ending } = output;
  const alignment = trace && align(trace, parts, calls, ending !== 'completed');
  if (!trace || !alignment) return ending === 'running' ? calls : withoutResults(calls, output);

  const runs: ScriptRun[][] = calls.map(() => []);
  const refused = new Set<number>();
  let isUnmatched = false;
  for (const candidates of alignment.candidates) {
    const findings = agreed(candidates);
    if (!findings) isUnmatched ||= candidates.some((found) => found.length > 0);
    for (const { call, run, refused: isRefused } of findings ?? []) {
      if (isRefused) refused.add(call);
      else runs[call]?.push(run);
    }
  }
  // A result that may be anything's is one that no call is told of.
  isUnmatched ||= parts.some(
    (part, place) => holdsResult(part) && (agreed(alignment.candidates[place] ?? [])?.length ?? 0) === 0,
  );
  const failure = error === undefined ? undefined : readFailure(error, script, trace, alignment);
  return calls.map((call, place): ScriptCall => {
    const told = runs[place] ?? [];
    if (told.length > 0) return withRuns(call, told, trace.repeated.has(place));
    if (refused.has(place)) return { ...call, ending: 'failed' };
    const failing = failure?.get(place);
    if (failing) return { ...call, ending: failing };
    if (!isCommand(call) || ending === 'running') return call;
    return { ...call, ending: isUnmatched ? 'notMatched' : 'notPrinted' };
  });
};
