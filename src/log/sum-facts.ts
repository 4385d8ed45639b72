import { dayOf } from '../base/time/local-day.ts';
import type { Facts } from './facts.ts';
import type { GroupKey, SumRow } from './port.ts';

type Summable = Pick<Facts, 'isProbe' | 'isFailure' | 'usage' | 'startedAtMs' | Exclude<GroupKey, 'day'>>;

type Sums = { -readonly [Name in keyof SumRow]: SumRow[Name] };

const HOUR_MS = 3_600_000;

/** Days of an hour are the same, and asking for one costs more than all else; zones shift by quarters of hours. */
const createDayOf = (timezone: string): ((ms: number) => string) => {
  const known = new Map<number, string>();
  return (ms) => {
    const quarter = Math.floor(ms / (HOUR_MS / 4));
    const day = known.get(quarter) ?? dayOf(ms, timezone);
    known.set(quarter, day);
    return day;
  };
};

/** Adds facts up by group. */
export const createSummer = (by: readonly GroupKey[], timezone: string) => {
  const rows = new Map<string, Sums>();
  const day = createDayOf(timezone);
  const read = (facts: Summable, key: GroupKey): string | undefined =>
    key === 'day' ? day(facts.startedAtMs) : facts[key];
  return {
    /** @param requests how many exchanges these are the facts of, added up */
    add: (facts: Summable, requests = 1): void => {
      if (facts.isProbe) return;
      const group = by.map((key) => read(facts, key));
      const name = JSON.stringify(group.map((text) => text ?? null));
      const row = rows.get(name) ?? {
        group,
        requests: 0,
        failedRequests: 0,
        inputTokens: 0,
        cachedInputTokens: 0,
        outputTokens: 0,
        reasoningTokens: 0,
        totalTokens: 0,
      };
      rows.set(name, row);
      row.requests += requests;
      if (facts.isFailure) row.failedRequests += requests;
      const { usage = {} } = facts;
      row.inputTokens += usage.inputTokens ?? 0;
      row.cachedInputTokens += usage.cachedInputTokens ?? 0;
      row.outputTokens += usage.outputTokens ?? 0;
      row.reasoningTokens += usage.reasoningTokens ?? 0;
      row.totalTokens += usage.totalTokens ?? 0;
    },
    rows: (): readonly SumRow[] => [...rows.values()],
  };
};
