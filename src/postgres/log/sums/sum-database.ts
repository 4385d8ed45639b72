import { startsOfDays } from '../../../base/time/zoned-time.ts';
import type { GroupKey, LogQuery, LogReader, SumRow } from '../../../log/port.ts';
import { createSummer } from '../../../log/sum-facts.ts';

type Deps = Pick<LogReader, 'facts'> & Required<Pick<LogReader, 'summed'>>;

/** What sums by model alone know. */
const OF_MODELS: ReadonlySet<GroupKey> = new Set(['day', 'model', 'requestedModel', 'sentModel', 'provider']);

/** Sums by group, as `LogReader.sums` has them: from those that are kept, where they can tell. */
export const sumDatabase = async (
  { facts, summed }: Deps,
  selected: LogQuery,
  by: readonly GroupKey[],
  timezone: string,
): Promise<readonly SumRow[]> => {
  const summer = createSummer(by, timezone);
  const wanted = by.every((key) => OF_MODELS.has(key)) ? ({ facts: 'models' } as const) : {};
  let kept = by.includes('sessionId') ? undefined : await summed(selected, wanted);
  if (kept && by.includes('day') && kept.cells.length > 0) {
    const fromMs = kept.cells.reduce((least, cell) => Math.min(least, cell.oldestMs), Infinity);
    const toMs = kept.cells.reduce((most, cell) => Math.max(most, cell.newestMs), 0);
    kept = await summed(selected, {
      splitAt: startsOfDays(fromMs, toMs, timezone),
      isRough: true,
      ...wanted,
    });
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
