import { dayOf, startOfDayMs } from './local-day.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Whether the time zone database of this Node knows a zone. */
export const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** A calendar day that lies some days after another one. @param date `YYYY-MM-DD` */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The Monday of the week that a day lies in (ISO 8601). */
export const mondayOf = (date: string): string => {
  const sinceMonday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(date, -sinceMonday);
};

export const firstOfMonth = (date: string): string => `${date.slice(0, 7)}-01`;

export const firstOfNextMonth = (date: string): string => firstOfMonth(addDays(firstOfMonth(date), 31));

export interface TimeWindow {
  /** Inclusive, milliseconds since the epoch. */
  readonly startMs: number;
  /** Exclusive; `Infinity` for a window that never ends. */
  readonly endMs: number;
}

/** From the beginning of one day to the beginning of another, on the clocks of a zone. */
export const daysBetween = (from: string, to: string, timezone: string): TimeWindow => ({
  startMs: startOfDayMs(from, timezone),
  endMs: startOfDayMs(to, timezone),
});

/** When the days of a zone begin that begin between two moments. */
export const startsOfDays = (fromMs: number, toMs: number, timezone: string): number[] => {
  const starts: number[] = [];
  for (let day = dayOf(fromMs, timezone); ; day = addDays(day, 1)) {
    const startMs = startOfDayMs(day, timezone);
    if (startMs > toMs) return starts;
    if (startMs > fromMs) starts.push(startMs);
  }
};

/** How far the clocks of a zone are ahead of UTC, in whole minutes: where a local hour begins. */
const minutesPastUtcHour = (ms: number, timezone: string): number => {
  const shown = new Intl.DateTimeFormat('en', { timeZone: timezone, minute: 'numeric' }).format(ms);
  return (Number(shown) - new Date(ms).getUTCMinutes() + 60) % 60;
};

/** The hour that the clocks of a zone show. A shift of the clocks within an hour ends it early. */
export const hourOf = (ms: number, timezone: string): TimeWindow => {
  const shift = (at: number): number => minutesPastUtcHour(at, timezone) * 60_000;
  const ownShift = shift(ms);
  const startMs = Math.floor((ms + ownShift) / HOUR_MS) * HOUR_MS - ownShift;
  const endMs = startMs + HOUR_MS;
  const isSteady = (at: number): boolean => shift(at) === ownShift;
  return {
    startMs: isSteady(startMs) ? startMs : findChange(startMs, ms, (at) => isSteady(at)),
    endMs: isSteady(endMs - 1) ? endMs : findChange(ms, endMs - 1, (at) => !isSteady(at)),
  };
};

/** The first moment at which something holds that does not hold at `low` and does at `high`. */
const findChange = (low: number, high: number, holds: (at: number) => boolean): number => {
  let before = low;
  let from = high;
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (holds(middle)) from = middle;
    else before = middle;
  }
  return from;
};
