import { dayOf } from '../../base/time/local-day.ts';
import {
  addDays,
  daysBetween,
  firstOfMonth,
  firstOfNextMonth,
  hourOf,
  mondayOf,
  type TimeWindow,
} from '../../base/time/zoned-time.ts';

/** How long a budget lasts before it starts anew; a number of seconds is counted from the epoch. */
export type Period =
  | { readonly kind: 'hourly' | 'daily' | 'weekly' | 'monthly' | 'total' }
  | { readonly kind: 'seconds'; readonly seconds: number };

/** As it is written, and as it stands in a budget's id. */
export const periodText = (period: Period): string =>
  period.kind === 'seconds' ? `${period.seconds}s` : period.kind;

/**
 * The window of a period that a moment lies in: a function of the clock and the budget alone, so that nothing
 * has to be reset. Windows of one budget meet without gaps and never overlap, whatever the clocks of its zone do.
 * @param timezone IANA name; has no part in periods of seconds
 */
export const windowAt = (period: Period, timezone: string, nowMs: number): TimeWindow => {
  switch (period.kind) {
    case 'total':
      return { startMs: 0, endMs: Number.POSITIVE_INFINITY };
    case 'seconds': {
      const lengthMs = period.seconds * 1000;
      const startMs = Math.floor(nowMs / lengthMs) * lengthMs;
      return { startMs, endMs: startMs + lengthMs };
    }
    case 'hourly':
      return hourOf(nowMs, timezone);
    case 'daily': {
      const day = dayOf(nowMs, timezone);
      return daysBetween(day, addDays(day, 1), timezone);
    }
    case 'weekly': {
      const monday = mondayOf(dayOf(nowMs, timezone));
      return daysBetween(monday, addDays(monday, 7), timezone);
    }
    case 'monthly': {
      const day = dayOf(nowMs, timezone);
      return daysBetween(firstOfMonth(day), firstOfNextMonth(day), timezone);
    }
  }
};

/** Finding a window takes a search through a calendar: each is kept while the clock stays within it. */
export const createWindows = (now: () => number): ((period: Period, timezone: string) => TimeWindow) => {
  const known = new Map<string, TimeWindow>();
  return (period, timezone) => {
    const key = period.kind === 'seconds' ? `${period.seconds}` : `${period.kind} ${timezone}`;
    const nowMs = now();
    const last = known.get(key);
    if (last && nowMs >= last.startMs && nowMs < last.endMs) return last;
    const window = windowAt(period, timezone, nowMs);
    if (known.size > 1_000) known.clear();
    known.set(key, window);
    return window;
  };
};
