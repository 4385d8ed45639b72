import { startsOfDays } from '../../base/time/zoned-time.ts';
import type { GroupKey, LogQuery, LogReader, SumRow } from '../../log/port.ts';
import { createSummer } from '../../log/sum-facts.ts';

type Deps = Pick<LogReader, 'facts'> & Required<Pick<LogReader, 'summed'>>;

/** Sums by group, as `LogReader.sums` has them: from those that are kept, where they can tell. */
export const sumDatabase = async (
  { facts, summed }: Deps,
  selected: LogQuery,
  by: readonly GroupKey[],
  timezone: string,
): Promise<readonly SumRow[]> => {
  const summer = createSummer(by, timezone);
  let kept = by.includes('sessionId') ? undefined : await summed(selected);
  if (kept && by.includes('day') && kept.cells.length > 0) {
    const fromMs = Math.min(...kept.cells.map(({ oldestMs }) => oldestMs));
    const toMs = Math.max(...kept.cells.map(({ newestMs }) => newestMs));
    kept = await summed(selected, startsOfDays(fromMs, toMs, timezone));
  }
  if (kept) {
    for (const { facts: common, usage, requests, oldestMs } of kept.cells) {
      summer.add({ ...common, usage, startedAtMs: oldestMs, sessionId: undefined }, requests);
    }
  } else {
    for await (const batch of facts(selected)) for (const each of batch) summer.add(each);
  }
  return summer.rows();
};
