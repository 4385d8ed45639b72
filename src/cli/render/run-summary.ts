import type { ChalkInstance } from 'chalk';
import type { RunSummary } from '../launch/summarize-run.ts';
import { formatCost, formatCount } from './format-figures.ts';

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/**
 * One line after a run of Codex or Claude Code: what it used, and where to read more.
 * @param gatewayUrl of a gateway that runs on, whose page shows the story; else a command does
 */
export const createRunSummary = (
  summary: RunSummary,
  gatewayUrl: string | undefined,
  colour: ChalkInstance,
): string => {
  const { turns, failed, inputTokens, cachedTokens, outputTokens, costUsd, files, sessionId } = summary;
  const story =
    gatewayUrl !== undefined && sessionId !== undefined
      ? `${gatewayUrl}/admin/dashboard/sessions?session=${encodeURIComponent(sessionId)}`
      : `npx gomodel-ts logs ${sessionId ? `--session ${sessionId}` : `-n ${turns}`}`;
  const used =
    costUsd === undefined
      ? `${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out`
      : formatCost(costUsd);
  const facts = [
    plural(turns, 'request'),
    used,
    ...(inputTokens > 0 ? [`${Math.round((100 * cachedTokens) / inputTokens)}% cached`] : []),
    ...(files > 0 ? [`${plural(files, 'file')} changed`] : []),
    ...(failed > 0 ? [colour.red(`${failed} failed`)] : []),
    `story: ${story}`,
  ];
  return `\n${colour.bold('gomodel-ts')}  ${facts.join(' · ')}\n`;
};
