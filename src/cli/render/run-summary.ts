import type { ChalkInstance } from 'chalk';
import type { RunSummary } from '../codex/summarize-run.ts';
import { formatCount, formatDuration } from './format-figures.ts';

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** Two lines after a run of Codex: what it used, and where to read more. */
export const createRunSummary = (summary: RunSummary, colour: ChalkInstance): string => {
  const { turns, failed, inputTokens, cachedTokens, outputTokens, slowestMs, sessionId } = summary;
  const share = inputTokens > 0 ? Math.round((100 * cachedTokens) / inputTokens) : 0;
  const facts = [
    plural(turns, 'request'),
    ...(failed > 0 ? [colour.red(`${failed} failed`)] : []),
    `${formatCount(inputTokens)} tokens in (${share}% cached)`,
    `${formatCount(outputTokens)} out`,
    `slowest ${formatDuration(slowestMs)}`,
  ];
  const which = sessionId ? `--session ${sessionId}` : `-n ${turns}`;
  const more = colour.dim(`npx gomodel-ts logs ${which}`);
  return `\n${colour.bold('gomodel-ts')}  ${facts.join(', ')}\n            ${more}\n`;
};
