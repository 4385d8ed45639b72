const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs a thousand times what using it does. */
const formatOf = (timezone: string): Intl.DateTimeFormat => {
  let format = formats.get(timezone);
  if (!format) {
    if (formats.size > 50) formats.clear();
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timezone, format);
  }
  return format;
};

/** What a clock in the zone shows, as if it were UTC. */
const wallTimeMs = (ms: number, timezone: string): number => {
  const parts = Object.fromEntries(
    formatOf(timezone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
};

/** The day of a time in a zone, `YYYY-MM-DD`. */
export const dayOf = (ms: number, timezone: string): string =>
  new Date(wallTimeMs(ms, timezone)).toISOString().slice(0, 10);

const HOUR_MS = 3_600_000;
/** Zones are at most 12 hours behind and 14 ahead of UTC. */
const MAX_BEHIND_MS = 13 * HOUR_MS;
const MAX_AHEAD_MS = 15 * HOUR_MS;
const STEP_MS = 1000;

const findStartMs = (date: string, timezone: string): number => {
  const wallMs = Date.parse(`${date}T00:00:00Z`);
  let low = wallMs - MAX_AHEAD_MS;
  let high = wallMs + MAX_BEHIND_MS;
  while (high - low > STEP_MS) {
    const middle = low + Math.floor((high - low) / 2 / STEP_MS) * STEP_MS;
    if (wallTimeMs(middle, timezone) >= wallMs) high = middle;
    else low = middle;
  }
  return high;
};

/** A year in some zones. */
const MAX_KNOWN_STARTS = 4_000;
const starts = new Map<string, number>();

/** When a day begins in a zone: where summer time skips midnight, with the first moment after it. */
export const startOfDayMs = (date: string, timezone: string): number => {
  const name = `${date} ${timezone}`;
  const known = starts.get(name);
  if (known !== undefined) return known;
  // The calendar is asked some twenty times for it: a year takes 40 ms.
  const startMs = findStartMs(date, timezone);
  if (starts.size >= MAX_KNOWN_STARTS) starts.clear();
  starts.set(name, startMs);
  return startMs;
};
