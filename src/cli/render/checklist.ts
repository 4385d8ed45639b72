import type { Step } from '../../probe/step.ts';
import type { ChalkInstance } from './colour.ts';
import { wrapLine } from './fit-width.ts';
import { formatDuration } from './format-figures.ts';
import { plainLine } from './plain-text.ts';

const NAME_WIDTH = 24;
const MIN_ROOM = 12;

const MARKS = { ok: '✓', warning: '!', failed: '✗', skipped: '–' } as const;

const colourOf = (state: Step['state'], colour: ChalkInstance) =>
  ({ ok: colour.green, warning: colour.yellow, failed: colour.red, skipped: colour.dim })[state];

/** Below this, the names stand on lines of their own. */
const NARROWEST_TEXT = 40;

/**
 * A check with its outcome, and under a failure what to do; broken between words, never within one.
 * @param columns of the terminal; Infinity where nothing limits a line
 */
export const renderStep = (step: Step, columns: number, colour: ChalkInstance): string => {
  const { name, state, ms } = step;
  const isWide = columns - NAME_WIDTH - 2 >= NARROWEST_TEXT;
  const indent = isWide ? NAME_WIDTH + 2 : 4;
  const room = Math.max(MIN_ROOM, columns - indent);
  const below = (text: string): string[] => wrapLine(plainLine(text), room);
  const time = ms === undefined ? '' : `  ${formatDuration(ms)}`;
  const message = state === 'skipped' ? `skipped: ${step.message}` : step.message;
  const said = below(message + time).map((line, index, all) => {
    if (state === 'skipped') return colour.dim(line);
    const isTimed = time !== '' && index === all.length - 1 && line.endsWith(time);
    return isTimed ? line.slice(0, -time.length) + colour.dim(time) : line;
  });
  const arrow = colour.cyan('→');
  const remedy =
    step.remedy === undefined
      ? []
      : wrapLine(plainLine(step.remedy), room - 2).map(
          (line, index) => `${index === 0 ? arrow : ' '} ${line}`,
        );
  const mark = colourOf(state, colour)(MARKS[state]);
  const head = `${mark} ${colour.bold(isWide ? name.padEnd(NAME_WIDTH) : name)}`;
  const [first = '', ...rest] = said;
  const lines = isWide ? [head + first] : [head, ' '.repeat(indent) + first];
  return [...lines, ...[...rest, ...remedy].map((line) => ' '.repeat(indent) + line)]
    .map((line) => `${line}\n`)
    .join('');
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
