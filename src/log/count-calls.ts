import type { ExchangeRecord } from './record.ts';

/** The tool of Codex's code mode: it takes a script that calls the others. */
const SCRIPT_TOOL = 'exec';

export interface CountedCall {
  readonly name: string;
  readonly calls: number;
}

/** What an answer calls, each tool in the order of its first call. */
export interface CountedCalls {
  readonly direct: readonly CountedCall[];
  /** What runs the scripts; absent where it is not known what they call. */
  readonly scripts?: CountedCall;
  /** What the scripts call; empty without `scripts`. */
  readonly inScripts: readonly CountedCall[];
}

/** In the order of their first use. */
export const countNames = (names: readonly string[]): CountedCall[] => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, calls]) => ({ name, calls }));
};

/** Sets what runs scripts apart from other calls, where it is known what the scripts call. */
export const groupCalls = (
  called: readonly CountedCall[],
  inScripts: readonly CountedCall[],
): CountedCalls => {
  const scripts = inScripts.length > 0 ? called.find(({ name }) => name === SCRIPT_TOOL) : undefined;
  if (!scripts) return { direct: [...called, ...inScripts], inScripts: [] };
  return { direct: called.filter((call) => call !== scripts), scripts, inScripts };
};

export const countCalls = ({ toolCalls = [], scriptCalls = [] }: ExchangeRecord['response']): CountedCalls =>
  groupCalls(countNames(toolCalls), countNames(scriptCalls));

/** `exec_command×2` */
export const callText = ({ name, calls }: CountedCall): string => (calls > 1 ? `${name}×${calls}` : name);
