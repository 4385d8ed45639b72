import { isObject, parseJson } from '../base/json-object.ts';
import type { ConversationPart, ScriptCall } from './item.ts';

/** How a command that a script ran has ended, as Codex tells the script. */
interface CommandResult {
  readonly exitCode?: number;
  readonly seconds?: number;
}

const MAX_RESULTS = 200;
const MAX_DEPTH = 4;
/** Of one part; a longer one is text, not results. */
const MAX_CHARACTERS = 4 * 2 ** 20;

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** `{"chunk_id":"…","wall_time_seconds":0.1,"exit_code":0,"output":"…"}`; what still runs has no exit code. */
const readResult = (value: Readonly<Record<string, unknown>>): CommandResult | undefined => {
  const [exitCode, seconds] = [numberOf(value.exit_code), numberOf(value.wall_time_seconds)];
  if (seconds === undefined || typeof value.output !== 'string') return undefined;
  return { seconds, ...(exitCode !== undefined && { exitCode }) };
};

/** The results within a value, such as `[{…},{…}]` or `{"a":{…},"b":{…}}`, in their order. */
const resultsIn = (value: unknown, depth: number, into: CommandResult[]): void => {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH || into.length > MAX_RESULTS) return;
  const result = isObject(value) ? readResult(value) : undefined;
  if (result) into.push(result);
  else for (const inner of Object.values(value)) resultsIn(inner, depth + 1, into);
};

/**
 * Says of the commands of a script how each has ended, where its output has as many results as it has commands: a
 * script may print some of them, or none.
 */
export const withResults = (
  calls: readonly ScriptCall[],
  parts: readonly ConversationPart[],
): readonly ScriptCall[] => {
  const results: CommandResult[] = [];
  for (const part of parts) {
    if (part.kind !== 'text' || part.text.length > MAX_CHARACTERS || !/^\s*[[{]/.test(part.text)) continue;
    resultsIn(parseJson(part.text), 0, results);
  }
  const commands = calls.filter(({ command }) => command !== undefined);
  if (results.length === 0 || results.length !== commands.length) return calls;
  const resultOf = new Map(commands.map((call, place) => [call, results[place]]));
  return calls.map((call) => ({ ...call, ...resultOf.get(call) }));
};
