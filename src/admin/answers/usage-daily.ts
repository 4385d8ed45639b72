import { GatewayError } from '../../base/errors.ts';
import { startOfDayMs } from '../../base/time/local-day.ts';
import { hourOf } from '../../base/time/zoned-time.ts';
import type { UsageBucket } from '../api-types/usage.ts';
import { addDays, countDays, type Period, readPeriod } from '../select/period.ts';
import { readChoice, readFilter, USAGE_FILTERS } from '../select/read-query.ts';
import { addUsed, eachUsage } from './each-usage.ts';
import type { LogDeps } from './log.ts';
import { createSums } from './usage-sums.ts';

const DAY_MS = 86_400_000;

/** The week of a day by ISO 8601: that of its Thursday. */
const weekOf = (date: string): string => {
  const day = new Date(`${date}T00:00:00Z`);
  const thursday = new Date(day.getTime() + (3 - ((day.getUTCDay() + 6) % 7)) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
};

const BUCKETS = {
  daily: (date) => date,
  weekly: weekOf,
  monthly: (date) => date.slice(0, 7),
  yearly: (date) => date.slice(0, 4),
} as const satisfies Record<string, (date: string) => string>;

const INTERVALS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/** More hours than that are read by day. */
const MAX_HOURLY_DAYS = 8;

/** A stretch of time that counts in one bucket. */
interface Stretch {
  readonly startMs: number;
  readonly bucket: string;
}

/** The hours that the clocks of a zone show: on the day on which they are put back, one more. */
const hoursOf = ({ fromMs, toMs, timezone }: Period): Stretch[] => {
  const hours: Stretch[] = [];
  for (let startMs = fromMs; startMs < toMs; startMs = hourOf(startMs, timezone).endMs) {
    hours.push({ startMs, bucket: new Date(startMs).toISOString() });
  }
  return hours;
};

const daysOf = (period: Period, nameOf: (date: string) => string): Stretch[] =>
  Array.from({ length: countDays(period) }, (_, day) => {
    const date = addDays(period.startDate, day);
    return { startMs: startOfDayMs(date, period.timezone), bucket: nameOf(date) };
  });

/** @returns a function from a time to its stretch: asking the calendar each time takes 3 µs */
const createFinder = (stretches: readonly Stretch[]): ((ms: number) => number) => {
  const starts = stretches.map(({ startMs }) => startMs);
  return (ms) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= ms) low = middle;
      else high = middle;
    }
    return low;
  };
};

/** `GET usage/daily` */
export const answerDaily = async (
  { log, pricing, now }: LogDeps,
  query: URLSearchParams,
): Promise<UsageBucket[]> => {
  const period = readPeriod(query, now());
  const interval = readChoice(query, 'interval', INTERVALS) ?? 'daily';
  if (interval === 'hourly' && countDays(period) > MAX_HOURLY_DAYS) {
    throw new GatewayError('invalid_request', `hourly figures cover at most ${MAX_HOURLY_DAYS} days.`, {
      param: 'interval',
    });
  }
  const filter = readFilter(query, USAGE_FILTERS);
  const stretches = interval === 'hourly' ? hoursOf(period) : daysOf(period, BUCKETS[interval]);
  const buckets = new Map<string, UsageBucket>();
  for (const { bucket } of stretches) buckets.set(bucket, { date: bucket, ...createSums() });
  const ofStretch = stretches.map(({ bucket }) => buckets.get(bucket));
  const findStretch = createFinder(stretches);
  const prices = await pricing();
  const splitAt = stretches.map(({ startMs }) => startMs);
  await eachUsage(
    log,
    { span: period, filter },
    prices,
    (used) => {
      const bucket = ofStretch[findStretch(used.oldestMs)];
      if (bucket) addUsed(bucket, used);
    },
    { splitAt, facts: 'models', isRough: true },
  );
  return [...buckets.values()];
};
