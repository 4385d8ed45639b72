import type {
  Facts,
  LogQuery,
  LogReader,
  SpreadOfTimes,
  SummedLog,
  TimeSpan,
  UsageCell,
} from '../../../log/port.ts';
import type { Query } from '../../database.ts';
import { allOf, type Clause, write } from '../clauses.ts';
import { type CompiledQuery, ofKinds, rowClauses } from '../compile-query.ts';
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
  readonly slowestId: string;
}

/** Up to so many are looked at one by one. */
const MAX_EXACT = 5_000;
/** How wide a bucket is: told is its middle. */
const WIDTH = 1.05;
const DAY_MS = HALF_HOURS_OF_A_DAY * HALF_HOUR_MS;
interface Grain {
  readonly grain: number;
  readonly ms: number;
}
/** Sums by model alone are kept by the day as well, the others by 32 days. The longest first. */
const BY_MODEL: readonly Grain[] = [
  { grain: 10, ms: 32 * DAY_MS },
  { grain: 5, ms: DAY_MS },
];
const BY_KIND: readonly Grain[] = [{ grain: 3, ms: 32 * DAY_MS }];

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

const BUCKETS = `SELECT is_ttfb AS "isTtfb", bucket, sum(requests) AS requests, max(slowest_ms) AS "slowestMs",
  (array_agg(slowest_id ORDER BY slowest_ms DESC))[1] AS "slowestId"`;

/** From the sums of what begins within a span; the second bound may be infinite. */
const readSums = (
  query: Query,
  compiled: CompiledQuery,
  { grain, ms }: Grain,
  { fromMs, toMs }: TimeSpan,
): Promise<readonly Bucket[]> => {
  const { text, values } = write((bind) => {
    const conditions: readonly Clause[] = [
      () => `grain = ${grain} AND start >= ${bind(fromMs / ms)}::integer`,
      ...(Number.isFinite(toMs) ? [() => `start < ${bind(toMs / ms)}::integer`] : []),
      ...ofKinds(compiled),
    ];
    return `${BUCKETS} FROM gomodel.stream_times WHERE ${allOf(conditions, bind)} GROUP BY 1, 2`;
  });
  return query<Bucket>(text, values);
};

/** From rows: of the days that are not all within a span. */
const readRows = (query: Query, compiled: CompiledQuery): Promise<readonly Bucket[]> => {
  const { text, values } = write(
    (bind) => `${BUCKETS} FROM (
        SELECT is_ttfb, floor(ln(greatest(ms, 1)) / ln(${WIDTH})) AS bucket, 1 AS requests, ms AS slowest_ms, id AS slowest_id
        FROM gomodel.exchanges CROSS JOIN LATERAL (VALUES (false, duration_ms), (true, ttfb_ms)) AS times (is_ttfb, ms)
        WHERE ms >= 0 AND ms < 1e12 AND ${allOf(rowClauses(compiled), bind)} AND kind_id IN (
          SELECT id FROM gomodel.kinds WHERE is_stream AND NOT is_probe AND finish = 'completed')) AS rows
      GROUP BY 1, 2`,
  );
  return query<Bucket>(text, values);
};

/** From the longest sums that lie within a span, and the shorter ones beside them; what is left, rows tell. */
const readSpan = async (
  query: Query,
  compiled: CompiledQuery,
  span: TimeSpan,
  [longest, ...shorter]: readonly Grain[],
): Promise<readonly Bucket[]> => {
  if (span.fromMs >= span.toMs) return [];
  if (!longest) return readRows(query, { ...compiled, span });
  const firstMs = Math.ceil(span.fromMs / longest.ms) * longest.ms;
  const endMs = Math.floor(span.toMs / longest.ms) * longest.ms;
  if (endMs <= firstMs) return readSpan(query, compiled, span, shorter);
  const parts = await Promise.all([
    readSums(query, compiled, longest, { fromMs: firstMs, toMs: endMs }),
    readSpan(query, compiled, { fromMs: span.fromMs, toMs: firstMs }, shorter),
    readSpan(query, compiled, { fromMs: endMs, toMs: span.toMs }, shorter),
  ]);
  return parts.flat();
};

/** How long the completed streams of a query took, by sums, and by rows where those do not reach. */
export const findTimes = async (
  { query, facts }: SpreadDeps,
  selected: LogQuery,
  compiled: CompiledQuery,
  { cells, rowsSinceMs }: { readonly cells: readonly UsageCell[]; readonly rowsSinceMs: number },
): ReturnType<SummedLog['times']> => {
  const ttfb = createSpread();
  const duration = createSpread();
  const told = () => {
    const [ofTtfb, ofDuration] = [ttfb.spread(), duration.spread()];
    return { ...(ofTtfb && { ttfb: ofTtfb }), ...(ofDuration && { duration: ofDuration }) };
  };
  const timed = cells.filter(({ facts: common }) => isTimed(common));
  const oldestMs = timed.reduce((least, cell) => Math.min(least, cell.oldestMs), Number.POSITIVE_INFINITY);
  const newestMs = timed.reduce((most, cell) => Math.max(most, cell.newestMs), 0);
  const count = timed.reduce((sum, { requests }) => sum + requests, 0);
  if (count === 0) return told();
  if (count <= MAX_EXACT && oldestMs >= rowsSinceMs) {
    for await (const batch of facts(selected)) {
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
    return told();
  }
  const { fromMs = 0, toMs = Number.POSITIVE_INFINITY } = selected.span ?? {};
  // Of what the query has all that there is yet, the last sum is a whole one.
  const isOpen = newestMs < toMs && Date.now() < toMs;
  // Where the query begins before everything, so does its first sum.
  const span = { fromMs: Math.max(fromMs, 0), toMs: isOpen ? Number.POSITIVE_INFINITY : toMs };
  const buckets = await readSpan(query, compiled, span, compiled.isOfModels ? BY_MODEL : BY_KIND);
  for (const { isTtfb, bucket, requests, slowestMs, slowestId } of buckets) {
    const spread = isTtfb ? ttfb : duration;
    spread.add(WIDTH ** (bucket + 0.5), requests);
    spread.noteSlowest(slowestId, slowestMs);
  }
  return told();
};
