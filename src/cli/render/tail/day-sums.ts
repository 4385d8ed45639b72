import type { ExchangeRecord, Usage } from '../../../log/port.ts';
import { isFailure } from '../../../log/port.ts';

/** What today's exchanges were, all together. */
export interface DaySums {
  requests: number;
  failed: number;
  inputTokens: number;
  cachedTokens: number;
  /** Undefined where no price is known. */
  costUsd: number | undefined;
}

/** One exchange, as far as the sums look at it. */
export interface DayFacts {
  readonly id: string;
  readonly isFailure: boolean;
  readonly usage: Usage | undefined;
  readonly costUsd: number | undefined;
}

export const dayFactsOf = (record: ExchangeRecord, costUsd: number | undefined): DayFacts => ({
  id: record.id,
  isFailure: isFailure(record),
  usage: record.usage,
  costUsd,
});

const empty = (): DaySums => ({
  requests: 0,
  failed: 0,
  inputTokens: 0,
  cachedTokens: 0,
  costUsd: undefined,
});

/**
 * Sums of the day, from what the log holds already and from what ends from now on; they begin anew at
 * midnight.
 * @param today names the present day, local time
 */
export const createDaySums = (today: () => string) => {
  let day = today();
  let sums = empty();
  /** Ended since the start, while the log is still being read: they may be in it, too. */
  let seen: Set<string> | undefined = new Set();
  const take = ({ isFailure: failed, usage, costUsd }: DayFacts): void => {
    sums.requests++;
    if (failed) sums.failed++;
    sums.inputTokens += usage?.inputTokens ?? 0;
    sums.cachedTokens += usage?.cachedInputTokens ?? 0;
    if (costUsd !== undefined) sums.costUsd = (sums.costUsd ?? 0) + costUsd;
  };
  const turn = (): void => {
    if (today() === day) return;
    day = today();
    sums = empty();
  };
  return {
    /** An exchange that has ended just now. */
    add: (facts: DayFacts): void => {
      turn();
      seen?.add(facts.id);
      take(facts);
    },
    /** What the log held of today; once. */
    addEarlier: (all: readonly DayFacts[]): void => {
      for (const facts of all) if (!seen?.has(facts.id)) take(facts);
      seen = undefined;
    },
    read: (): Readonly<DaySums> => {
      turn();
      return sums;
    },
  };
};
