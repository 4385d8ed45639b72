import { countNames, type Facts } from '../../../log/port.ts';
import type { TurnTool } from '../../api-types/turns.ts';

/** The exchanges of one prompt, oldest first; at least one. */
export type TurnFacts = readonly [Facts, ...Facts[]];

/**
 * Groups a session's exchanges by the prompt from which they follow. Codex names the turn in each request; of other
 * clients, a request that brings new words of the user begins one. Agents that run side by side have turns of their own.
 * @param facts oldest first
 * @param isPrompt whether an exchange without a turn's id brings words of the user
 */
export const groupTurns = (
  facts: readonly Facts[],
  isPrompt: (facts: Facts) => boolean = () => false,
): TurnFacts[] => {
  const turns: [Facts, ...Facts[]][] = [];
  const named = new Map<string, [Facts, ...Facts[]]>();
  const latest = new Map<string | undefined, [Facts, ...Facts[]]>();
  for (const one of facts) {
    const { threadId, turnId } = one;
    const name = turnId === undefined ? undefined : `${threadId ?? ''} ${turnId}`;
    const known = name === undefined ? latest.get(threadId) : named.get(name);
    if (known && (name !== undefined || !isPrompt(one))) {
      known.push(one);
      continue;
    }
    const turn: [Facts, ...Facts[]] = [one];
    turns.push(turn);
    latest.set(threadId, turn);
    if (name !== undefined) named.set(name, turn);
  }
  return turns;
};

const endOf = ({ startedAtMs, durationMs }: Facts): number => startedAtMs + durationMs;

/** Whether a request failed and another of its turn was sent after it. */
const isRepeated = (turn: TurnFacts, place: number): boolean => {
  const { isFailure, finish } = turn[place] as Facts;
  return (isFailure || finish === 'aborted') && place < turn.length - 1;
};

/** How many requests of a turn failed and were sent again. */
export const countAttempts = (turn: TurnFacts): number =>
  turn.filter((_, place) => isRepeated(turn, place)).length;

/** What tools took: from the end of each answer that called some to the request that brought what they gave back. */
export const toolTimeOf = (turn: TurnFacts): number =>
  turn.reduce((sum, one, place) => {
    const next = turn[place + 1];
    if (!next || one.toolCalls === undefined || Number.isNaN(one.durationMs)) return sum;
    return sum + Math.max(0, next.startedAtMs - endOf(one));
  }, 0);

/** From the first request to the end of the last answer; undefined while one runs. */
export const durationOf = (turn: TurnFacts): number | undefined => {
  const endsAtMs = turn.reduce((latest, one) => Math.max(latest, endOf(one)), 0);
  return Number.isNaN(endsAtMs) ? undefined : endsAtMs - turn[0].startedAtMs;
};

/** The tools that the answers of a turn called, and those that scripts among these call; the most frequent first. */
export const toolsOf = (turn: TurnFacts): TurnTool[] => {
  const called = turn.flatMap(({ toolCalls = [] }) => toolCalls);
  const inScripts = turn.flatMap(({ scriptCalls = [] }) => scriptCalls);
  return [
    ...countNames(called),
    ...countNames(inScripts).map((tool) => ({ ...tool, in_scripts: true as const })),
  ].sort((one, other) => other.calls - one.calls);
};
