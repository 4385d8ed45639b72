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

/** Sets apart what runs scripts and what they call, where that is known. */
export const groupCalls = (all: readonly (CountedCall & { readonly in_scripts?: true })[]): CountedCalls => {
  const called = all.filter((call) => !call.in_scripts);
  const inScripts = all.filter((call) => call.in_scripts);
  const scripts = inScripts.length > 0 ? called.find(({ name }) => name === SCRIPT_TOOL) : undefined;
  if (!scripts) return { direct: all, inScripts: [] };
  return { direct: called.filter((call) => call !== scripts), scripts, inScripts };
};

export const countCalls = ({ toolCalls = [], scriptCalls = [] }: ExchangeRecord['response']): CountedCalls =>
  groupCalls([
    ...countNames(toolCalls),
    ...countNames(scriptCalls).map((call) => ({ ...call, in_scripts: true as const })),
  ]);

/** `exec_command×2` */
export const callText = ({ name, calls }: CountedCall): string => (calls > 1 ? `${name}×${calls}` : name);

/** What is said of calls: those of the answer itself, and what runs scripts with what these call. */
export interface ToldCalls {
  readonly direct: string;
  /** `exec×2: `; empty where it is not known what scripts call. */
  readonly scripts: string;
  readonly inScripts: string;
}

/** @param maxNames how many of the tools are named */
export const tellCalls = (
  { direct, scripts, inScripts }: CountedCalls,
  maxNames = Number.POSITIVE_INFINITY,
): ToldCalls => {
  const named = direct.slice(0, maxNames).map(callText);
  const within = inScripts.slice(0, Math.max(0, maxNames - named.length)).map(callText);
  const isTold = scripts !== undefined && within.length > 0;
  return {
    direct: named.join(', '),
    scripts: isTold ? `${callText(scripts)}: ` : '',
    inScripts: isTold ? within.join(', ') : '',
  };
};

/**
 * `exec_command×2, apply_patch`, in order of first use. What scripts of code mode call stands behind the call that runs
 * them: `exec×2: exec_command×3, apply_patch`.
 * @param maxNames how many of the tools are named
 */
export const callsText = (calls: CountedCalls, maxNames?: number): string => {
  const { direct, scripts, inScripts } = tellCalls(calls, maxNames);
  return [direct, scripts + inScripts].filter((text) => text !== '').join(', ');
};
