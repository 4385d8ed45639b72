import type { Ask, Effort, JsonObject } from '../ask.ts';
import type { GeminiModel } from './read-model.ts';

/** These refuse `MINIMAL`, or are not known to take it. */
const takesMinimal = ({ name }: GeminiModel): boolean =>
  /^gemini-3(?:\.[156])?-flash(?:-lite)?(?:-preview|$)/.test(name);

/** Thinks at two levels only. */
const lacksMedium = ({ name }: GeminiModel): boolean => name.startsWith('gemini-3-pro');

const levelOf = (effort: Effort, model: GeminiModel): string => {
  if (effort === 'none' || effort === 'minimal') return takesMinimal(model) ? 'MINIMAL' : 'LOW';
  if (effort === 'low') return 'LOW';
  if (effort === 'medium' && !lacksMedium(model)) return 'MEDIUM';
  return 'HIGH';
};

/** Tokens, as Google's own OpenAI-compatible endpoint counts them. */
const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};
const PRO_LEAST_BUDGET = 128;
const PRO_MOST_BUDGET = 32_768;

const budgetOf = (effort: Effort, { name }: GeminiModel): number => {
  const isPro = name.includes('-pro');
  if (effort === 'none') return isPro ? PRO_LEAST_BUDGET : 0;
  return (effort === 'xhigh' || effort === 'max') && isPro ? PRO_MOST_BUDGET : BUDGETS[effort];
};

const EXACT_LEVELS: Readonly<Record<string, Effort>> = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
};

/**
 * How much to think, and whether to tell of it.
 * @see https://ai.google.dev/gemini-api/docs/thinking (levels from Gemini 3 on, budgets for 2.5; others refuse
 *   the member)
 */
export const writeThinking = (ask: Ask, model: GeminiModel, lose: (what: string) => void): JsonObject => {
  const { effort, wantsReasoning } = ask;
  const { generation } = model;
  if (generation === undefined || generation < 2.5) {
    if (effort !== undefined && effort !== 'none') lose(`reasoning effort ${effort}`);
    return {};
  }
  const includeThoughts = wantsReasoning && effort !== 'none' && { includeThoughts: true };
  if (effort === undefined) return includeThoughts === false ? {} : { thinkingConfig: includeThoughts };
  if (!model.isModern) {
    const thinkingBudget = budgetOf(effort, model);
    if (effort === 'none' && thinkingBudget > 0) lose('reasoning effort none (as the least)');
    return { thinkingConfig: { thinkingBudget, ...includeThoughts } };
  }
  const thinkingLevel = levelOf(effort, model);
  if (EXACT_LEVELS[thinkingLevel] !== effort) {
    lose(`reasoning effort ${effort} (as ${thinkingLevel.toLowerCase()})`);
  }
  return { thinkingConfig: { thinkingLevel, ...includeThoughts } };
};
