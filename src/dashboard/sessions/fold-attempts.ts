import type { SessionTurn } from '../../admin/api-types/conversation.ts';
import { isFailure } from '../../log/record.ts';

/** An exchange that counted, with what came to nothing before it. */
export interface CountedExchange {
  readonly turn: SessionTurn;
  /** Requests that failed and were sent again, oldest first. */
  readonly attempts: readonly SessionTurn[];
  /** From the end of the answer before to this request, where that answer called tools: what they took. */
  readonly toolMs: number | undefined;
}

const hasFailed = ({ entry }: SessionTurn): boolean =>
  isFailure(entry) || entry.response.finish === 'aborted';

const endOf = ({ entry }: SessionTurn): number | undefined =>
  entry.durationMs === undefined ? undefined : Date.parse(entry.startedAt) + entry.durationMs;

const toolTime = (before: SessionTurn | undefined, next: SessionTurn): number | undefined => {
  const endedAt = before && endOf(before);
  if (endedAt === undefined || (before?.entry.response.toolCalls ?? []).length === 0) return undefined;
  return Math.max(0, Date.parse(next.entry.startedAt) - endedAt);
};

/** The exchanges of one prompt, with failed attempts folded under the one that counted. */
export const foldAttempts = (turns: readonly SessionTurn[]): CountedExchange[] => {
  const counted: CountedExchange[] = [];
  let attempts: SessionTurn[] = [];
  for (const [place, turn] of turns.entries()) {
    const isLast = place === turns.length - 1;
    if (hasFailed(turn) && !isLast) {
      attempts.push(turn);
      continue;
    }
    const first = attempts[0] ?? turn;
    counted.push({ turn, attempts, toolMs: toolTime(counted.at(-1)?.turn, first) });
    attempts = [];
  }
  return counted;
};
