import type { Step } from '../../probe/step.ts';
import type { ChalkInstance } from './colour.ts';
import { formatDuration } from './format-figures.ts';
import { plainLine } from './plain-text.ts';

const NAME_WIDTH = 24;

const MARKS = { ok: '✓', warning: '!', failed: '✗', skipped: '–' } as const;

const colourOf = (state: Step['state'], colour: ChalkInstance) =>
  ({ ok: colour.green, warning: colour.yellow, failed: colour.red, skipped: colour.dim })[state];

/** One line of the checklist, and under a failure what to do. */
export const renderStep = (step: Step, colour: ChalkInstance): string => {
  const { name, state, ms } = step;
  const message = plainLine(step.message);
  const remedy = step.remedy === undefined ? undefined : plainLine(step.remedy);
  const mark = colourOf(state, colour)(MARKS[state]);
  const time = ms === undefined ? '' : colour.dim(`  ${formatDuration(ms)}`);
  const said = state === 'skipped' ? colour.dim(`skipped: ${message}`) : message;
  const line = `${mark} ${colour.bold(name.padEnd(NAME_WIDTH))}${said}${time}\n`;
  return remedy === undefined ? line : `${line}${' '.repeat(NAME_WIDTH + 2)}${colour.cyan('→')} ${remedy}\n`;
};

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

/** The last line. */
export const renderVerdict = (steps: readonly Step[], colour: ChalkInstance): string => {
  const have = (state: Step['state']): number => steps.filter((step) => step.state === state).length;
  const failures = have('failed');
  const warnings = have('warning');
  if (failures > 0)
    return `\n${colour.red(`${count(failures, 'check')} failed`)}, ${count(warnings, 'warning')}\n`;
  const doubt = warnings > 0 ? `, ${count(warnings, 'warning')}` : '';
  return `\n${colour.green('Nothing failed')}${doubt}\n`;
};
