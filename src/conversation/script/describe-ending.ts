import type { ScriptCall } from '../item.ts';

/** How a call of a script ended, in a word or two. */
export interface DescribedEnding {
  readonly text: string;
  readonly isFailure: boolean;
  /** Why no more is known. */
  readonly why?: string;
  /** How long it took, where that is more than nothing. */
  readonly seconds?: number;
}

const ENDINGS = {
  failed: { text: 'failed', isFailure: true },
  notReached: { text: 'not run', isFailure: true, why: 'The script failed before it reached this call.' },
  notPrinted: {
    text: 'exit code not printed',
    isFailure: false,
    why: 'Codex records what a script prints, and this script did not print how the command ended.',
  },
  notMatched: {
    text: 'outcome unclear',
    isFailure: false,
    why: 'What the script printed may belong to this call or to another one.',
  },
} as const satisfies Record<NonNullable<ScriptCall['ending']>, DescribedEnding>;

const MAX_RUNS = 12;
/** Codex tells microseconds of a command that it found ended when it looked. */
const MIN_SECONDS = 0.001;

const codeText = (exitCode: number | undefined): string =>
  exitCode === undefined ? 'still running' : `exit ${exitCode}`;

/** @returns undefined where nothing is to be said: for what is no command, or has not ended yet */
export const describeEnding = (call: ScriptCall): DescribedEnding | undefined => {
  const { exitCode, seconds, runs, ending } = call;
  if (runs) {
    const told = runs.slice(0, MAX_RUNS).map((run) => codeText(run.exitCode));
    const text = `${runs.length} runs: ${told.join(', ')}${runs.length > MAX_RUNS ? ', …' : ''}`;
    return {
      text,
      isFailure: runs.some((run) => Boolean(run.exitCode)),
      why: 'In the order in which they were printed.',
    };
  }
  if (exitCode !== undefined || seconds !== undefined)
    return {
      text: codeText(exitCode),
      isFailure: Boolean(exitCode),
      ...(seconds !== undefined && seconds >= MIN_SECONDS && { seconds }),
    };
  return ending && ENDINGS[ending];
};
