import type { BetaThinkingConfigParam } from '@anthropic-ai/sdk/resources/beta/messages';
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import type { Ask, Effort } from '../ask.ts';
import type { ClaudeEffort, ModelTraits } from './model-traits.ts';
import { isThinking } from './reasoning-state.ts';
import type { Lose } from './write-parts.ts';
import { isForced } from './write-tools.ts';

export interface ThinkingPlan {
  readonly thinking?: BetaThinkingConfigParam;
  readonly effort?: ClaudeEffort;
  readonly betas: readonly string[];
  /** False if the model is known not to think in its answer. */
  readonly thinks: boolean;
}

interface PlanInput {
  readonly ask: Ask;
  readonly traits: ModelTraits;
  readonly maxTokens: number;
  readonly messages: readonly MessageParam[];
  readonly lose: Lose;
}

const PRESERVED_THINKING_BETA = 'thinking-binding-controls-2026-08-01';
const INTERLEAVING_BETA = 'interleaved-thinking-2025-05-14';

/** The least that the API takes. */
const MIN_BUDGET = 1024;
const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: MIN_BUDGET,
  low: 4096,
  medium: 12_288,
  high: 24_576,
  xhigh: 49_152,
  max: 65_536,
};
const FORCED = 'thinking, which a forced tool rules out';
/** A thought must not eat what the answer needs. */
const MAX_SHARE = 0.8;

const nearestEffort = (wanted: Exclude<Effort, 'none'>, traits: ModelTraits, lose: Lose): ClaudeEffort => {
  const isOffered = traits.efforts.some((effort) => effort === wanted);
  if (isOffered && wanted !== 'minimal') return wanted;
  const effort = wanted === 'minimal' ? 'low' : (traits.efforts.at(-1) ?? 'high');
  lose(`effort ${wanted} (sent as ${effort})`);
  return effort;
};

/** Where a model thinks only up to `high` when thinking is off. */
const atMostHigh = (effort: ClaudeEffort | undefined): { effort?: ClaudeEffort } => {
  if (effort === undefined) return {};
  return { effort: effort === 'xhigh' || effort === 'max' ? 'high' : effort };
};

const planAdaptive = ({ ask, traits, lose }: PlanInput): ThinkingPlan => {
  const mustNotThink = isForced(ask) && traits.forcedTools;
  const effort =
    ask.effort === undefined || ask.effort === 'none' ? undefined : nearestEffort(ask.effort, traits, lose);
  if (mustNotThink || ask.effort === 'none') {
    if (mustNotThink && effort !== undefined && traits.thinkingOff !== 'never') lose(FORCED);
    if (traits.thinkingOff === 'omit') {
      return { betas: [], thinks: false, ...(effort === undefined ? {} : { effort }) };
    }
    if (traits.thinkingOff !== 'never') {
      return { thinking: { type: traits.thinkingOff }, betas: [], thinks: false, ...atMostHigh(effort) };
    }
    // A model that always thinks takes a forced tool only where nothing is said of thinking.
    if (mustNotThink) return { betas: [], thinks: true, ...(effort === undefined ? {} : { effort }) };
    lose('effort none (sent as low)');
  }
  const sent = ask.effort === 'none' ? 'low' : effort;
  if (traits.thinkingOff === 'omit' && sent === undefined && !ask.wantsReasoning) {
    return { betas: [], thinks: false };
  }
  return {
    thinking: {
      type: 'adaptive',
      display: ask.wantsReasoning ? 'summarized' : 'omitted',
      // A client that rewrites its history, as in compaction, loses thoughts by it, and not the session.
      ...(traits.preservedThinking ? { block_binding: { prefix_mismatch_behavior: 'drop_block' } } : {}),
    },
    ...(sent === undefined ? {} : { effort: sent }),
    betas: traits.preservedThinking ? [PRESERVED_THINKING_BETA] : [],
    thinks: true,
  };
};

/**
 * With a budget, the model's part of the turn that goes on must begin with a thought.
 * @see https://platform.claude.com/docs/en/build-with-claude/extended-thinking
 */
const canContinueThinking = (messages: readonly MessageParam[]): boolean => {
  const isOfUser = ({ role, content }: MessageParam): boolean =>
    role === 'user' && (typeof content === 'string' || content.some(({ type }) => type !== 'tool_result'));
  const answer = messages
    .slice(messages.findLastIndex(isOfUser) + 1)
    .find(({ role }) => role === 'assistant');
  if (answer === undefined || typeof answer.content === 'string') return answer === undefined;
  const [first] = answer.content;
  return first !== undefined && isThinking(first);
};

const planBudget = ({ ask, traits, maxTokens, messages, lose }: PlanInput): ThinkingPlan => {
  const effort = ask.effort ?? (ask.wantsReasoning ? 'medium' : 'none');
  const off: ThinkingPlan = { betas: [], thinks: false };
  if (effort === 'none') return off;
  const offered =
    traits.efforts.length > 0 && ask.effort !== undefined ? nearestEffort(effort, traits, lose) : undefined;
  const param = offered === undefined ? {} : { effort: offered };
  const budget = Math.min(BUDGETS[effort], Math.floor(maxTokens * MAX_SHARE));
  const obstacles = [
    isForced(ask) && FORCED,
    budget < MIN_BUDGET && 'thinking, for which the answer is to be too short',
    !canContinueThinking(messages) && 'thinking, since the turn began without it',
  ];
  const obstacle = obstacles.find((found) => found !== false);
  if (obstacle !== undefined) {
    lose(obstacle);
    return { ...off, ...param };
  }
  return {
    thinking: { type: 'enabled', budget_tokens: budget },
    ...param,
    betas: traits.interleavingBeta && ask.tools.length > 0 ? [INTERLEAVING_BETA] : [],
    thinks: true,
  };
};

/** How much a model is to think, in the way that it wants to be told. */
export const planThinking = (input: PlanInput): ThinkingPlan => {
  if (input.traits.thinking === 'adaptive') return planAdaptive(input);
  if (input.traits.thinking === 'budget') return planBudget(input);
  if (input.ask.effort !== undefined && input.ask.effort !== 'none') input.lose('effort');
  return { betas: [], thinks: false };
};
