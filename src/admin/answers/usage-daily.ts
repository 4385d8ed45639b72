import type { UsageBucket } from '../api-types/usage.ts';
import { addDays, countDays, createPeriod, type Period, readPeriod } from '../select/period.ts';
import { readChoice, readFilter, USAGE_FILTERS } from '../select/read-query.ts';
import type { LogDeps } from './log.ts';
import { addToSums, createSums, eachFacts } from './usage-sums.ts';

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

const INTERVALS = ['daily', 'weekly', 'monthly', 'yearly'] as const;

/** @returns a function from a time to the number of its day: asking the calendar each time takes 3 µs */
const createDayFinder = (period: Period, dates: readonly string[]): ((ms: number) => number) => {
  const starts = dates.map((date) => createPeriod(date, date, period.timezone).fromMs);
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
  const nameOf = BUCKETS[readChoice(query, 'interval', INTERVALS) ?? 'daily'];
  const filter = readFilter(query, USAGE_FILTERS);
  const dates = Array.from({ length: countDays(period) }, (_, day) => addDays(period.startDate, day));
  const buckets = new Map<string, UsageBucket>();
  for (const date of dates) buckets.set(nameOf(date), { date: nameOf(date), ...createSums() });
  const ofDay = dates.map((date) => buckets.get(nameOf(date)));
  const findDay = createDayFinder(period, dates);
  const prices = await pricing();
  await eachFacts(log, { span: period, filter }, (facts) => {
    const bucket = ofDay[findDay(facts.startedAtMs)];
    if (bucket) addToSums(bucket, facts, prices.bill(facts, facts.usage));
  });
  return [...buckets.values()];
};
