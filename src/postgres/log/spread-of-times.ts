import type { Facts, LogQuery, LogReader, SpreadOfTimes, SummedLog, UsageCell } from '../../log/port.ts';
import type { Query } from '../database.ts';
import { allOf, type Clause, write } from './clauses.ts';
import { type CompiledQuery, ofKinds } from './compile-query.ts';
import { HALF_HOUR_MS, HALF_HOURS_OF_A_DAY } from './half-hours.ts';

export interface SpreadDeps {
  readonly query: Query;
  readonly facts: LogReader['facts'];
}

interface Bucket {
  readonly isTtfb: boolean;
  readonly bucket: number;
  readonly requests: number;
  readonly slowestMs: number;
}

/** Up to so many are looked at one by one. */
const MAX_EXACT = 5_000;
/** How wide a bucket is: told is its middle. */
const WIDTH = 1.05;
const DAY_MS = HALF_HOURS_OF_A_DAY * HALF_HOUR_MS;

const isTimed = ({ isStream, finish }: Pick<Facts, 'isStream' | 'finish'>): boolean =>
  isStream && finish === 'completed';

/** Times by how long they are: each for itself, or many of a bucket. */
const createSpread = () => {
  const counts = new Map<number, number>();
  let total = 0;
  let slowest = { id: '', ms: -1 };
  return {
    add: (ms: number, requests: number): void => {
      counts.set(ms, (counts.get(ms) ?? 0) + requests);
      total += requests;
    },
    noteSlowest: (id: string, ms: number): void => {
      if (ms > slowest.ms) slowest = { id, ms };
    },
    spread: (): SpreadOfTimes | undefined => {
      const sorted = [...counts].sort(([one], [other]) => one - other);
      const at = (share: number): number => {
        let left = Math.floor((total - 1) * share);
        for (const [ms, requests] of sorted) {
          if (left < requests) return Math.min(ms, slowest.ms);
          left -= requests;
        }
        return slowest.ms;
      };
      return total === 0 ? undefined : { p50: at(0.5), p95: at(0.95), slowest };
    },
  };
};

/** How long the completed streams of a query took, by the sums of whole days and the rows of what is left. */
export const findTimes = async (
  { query, facts }: SpreadDeps,
  selected: LogQuery,
  compiled: CompiledQuery,
  { cells, rowsSinceMs }: { readonly cells: readonly UsageCell[]; readonly rowsSinceMs: number },
): ReturnType<SummedLog['times']> => {
  const ttfb = createSpread();
  const duration = createSpread();
  const addRows = async (part: LogQuery): Promise<void> => {
    for await (const batch of facts(part)) {
      for (const each of batch) {
        if (each.isProbe || !isTimed(each)) continue;
        for (const [spread, ms] of [
          [ttfb, each.ttfbMs],
          [duration, each.durationMs],
        ] as const) {
          if (Number.isNaN(ms)) continue;
          spread.add(ms, 1);
          spread.noteSlowest(each.id, ms);
        }
      }
    }
  };
  const told = () => {
    const [ofTtfb, ofDuration] = [ttfb.spread(), duration.spread()];
    return { ...(ofTtfb && { ttfb: ofTtfb }), ...(ofDuration && { duration: ofDuration }) };
  };
  const timed = cells.filter(({ facts: common }) => isTimed(common));
  const oldestMs = timed.reduce((least, cell) => Math.min(least, cell.oldestMs), Number.POSITIVE_INFINITY);
  const newestMs = timed.reduce((most, cell) => Math.max(most, cell.newestMs), 0);
  const count = timed.reduce((sum, { requests }) => sum + requests, 0);
  if (count <= MAX_EXACT && oldestMs >= rowsSinceMs) {
    if (count > 0) await addRows(selected);
    return told();
  }
  const { fromMs = 0, toMs = Number.POSITIVE_INFINITY } = selected.span ?? {};
  const firstDayMs = Math.ceil(Math.max(fromMs, 0) / DAY_MS) * DAY_MS;
  // A day of which the query has all that there is yet is a whole one.
  const endMs =
    newestMs < toMs && Date.now() < toMs ? Number.POSITIVE_INFINITY : Math.floor(toMs / DAY_MS) * DAY_MS;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const conditions: readonly Clause[] = [
    (bind) => `day >= ${bind(day(firstDayMs))}::date`,
    ...(Number.isFinite(endMs) ? [((bind) => `day < ${bind(day(endMs))}::date`) satisfies Clause] : []),
    ...ofKinds(compiled),
  ];
  const { text, values } = write(
    (bind) => `SELECT is_ttfb AS "isTtfb", bucket, sum(requests) AS requests, max(slowest_ms) AS "slowestMs"
      FROM gomodel.usage_times WHERE ${allOf(conditions, bind)} GROUP BY 1, 2`,
  );
  const buckets = await query<Bucket>(text, values);
  for (const { isTtfb, bucket, requests } of buckets) {
    (isTtfb ? ttfb : duration).add(WIDTH ** (bucket + 0.5), requests);
  }
  for (const isTtfb of [true, false]) {
    const top = buckets
      .filter((one) => one.isTtfb === isTtfb)
      .reduce((most, one) => Math.max(most, one.bucket), -1);
    const slowest = write(
      (bind) => `SELECT slowest_id AS id, slowest_ms AS ms FROM gomodel.usage_times
        WHERE bucket = ${bind(top)} AND is_ttfb = ${bind(isTtfb)} AND ${allOf(conditions, bind)}
        ORDER BY slowest_ms DESC LIMIT 1`,
    );
    const [one] = await query<{ id: string; ms: number }>(slowest.text, slowest.values);
    if (one) (isTtfb ? ttfb : duration).noteSlowest(one.id, one.ms);
  }
  if (fromMs < firstDayMs && fromMs > 0)
    await addRows({ ...selected, span: { fromMs, toMs: Math.min(firstDayMs, toMs) } });
  if (Number.isFinite(endMs) && endMs >= firstDayMs && endMs < toMs)
    await addRows({ ...selected, span: { fromMs: endMs, toMs } });
  return told();
};
