const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `14:02:11`, local. */
export const formatClock = (iso: string): string => {
  const date = new Date(iso);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
};

/** `14:02:11` today, `21 Nov 14:02` before, `21 Nov 2025` in another year; local. */
export const formatMoment = (iso: string, nowMs: number): string => {
  const date = new Date(iso);
  const now = new Date(nowMs);
  if (date.toDateString() === now.toDateString()) return formatClock(iso);
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return date.getFullYear() === now.getFullYear()
    ? `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`
    : `${day} ${date.getFullYear()}`;
};

/** `Sunday, 22 November…` in short: `Sunday 22 Nov 2026, 14:02:11.304`, local. */
export const formatFullMoment = (iso: string): string => {
  const date = new Date(iso);
  const day = `${WEEKDAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
  return `${day}, ${formatClock(iso)}.${pad(date.getMilliseconds(), 3)}`;
};

/** The same to the minute: `Sunday 22 Nov 2026, 14:02`, local. */
export const formatMinute = (iso: string): string => formatFullMoment(iso).slice(0, -':11.304'.length);

/** A day of the API (`2026-11-22`) as `22 Nov`. */
export const formatDay = (date: string): string =>
  `${Number(date.slice(8, 10))} ${MONTHS[Number(date.slice(5, 7)) - 1]}`;

/** Whether a bucket of the API is an hour, named by its beginning, and not a day. */
export const isHour = (bucket: string): boolean => bucket.includes('T');

/** A bucket of the API: a day as `22 Nov`, an hour as `14:00`, local. */
export const formatBucket = (bucket: string): string =>
  isHour(bucket) ? formatClock(bucket).slice(0, 5) : formatDay(bucket);

/** `just now`, `4 min ago`, `3 h ago`, `12 days ago`. */
export const formatAgo = (iso: string, nowMs: number): string => {
  const agoMs = nowMs - Date.parse(iso);
  if (agoMs < MINUTE_MS) return 'just now';
  if (agoMs < HOUR_MS) return `${Math.floor(agoMs / MINUTE_MS)} min ago`;
  if (agoMs < 2 * DAY_MS) return `${Math.floor(agoMs / HOUR_MS)} h ago`;
  return `${Math.floor(agoMs / DAY_MS)} days ago`;
};

/** `0.4 ms`, `612 ms`, `8.4 s`, `41 s`, `3 min 12 s`, `2 h 5 min`. */
export const formatDuration = (ms: number): string => {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < SECOND_MS - 0.5) return `${Math.round(ms)} ms`;
  if (ms < 99.95 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ${Math.floor((ms % MINUTE_MS) / SECOND_MS)} s`;
  return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min`;
};

/** Three digits at most: `830`, `12.1k`, `412k`, `1.83M`. */
export const formatCount = (value: number): string => {
  if (value < 1000) return String(value);
  for (const [size, unit] of [
    [1e3, 'k'],
    [1e6, 'M'],
    [1e9, 'B'],
  ] as const) {
    const scaled = value / size;
    if (scaled < 999.5 || unit === 'B')
      return `${scaled.toFixed(scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0)}${unit}`;
  }
  return String(value);
};

/** All digits, in groups: `1,830,412`. */
export const formatWhole = (value: number): string => value.toLocaleString('en-US');

/** `45 KB`, `3.5 MB`; steps of 1024. */
export const formatBytes = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 'KB';
  for (const larger of ['MB', 'GB']) {
    if (value < 999.5) break;
    value /= 1024;
    unit = larger;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
};

/** `$0.0042`, `$0.31`, `$12.40`, `$1,204`; what is not known is a dash, never 0. */
export const formatCost = (usd: number | null | undefined): string => {
  if (usd === undefined || usd === null) return '–';
  if (usd === 0) return '$0';
  if (usd < 0.00005) return '< $0.0001';
  if (usd < 0.1) return `$${usd.toFixed(4)}`;
  if (usd < 1000) return `$${usd.toFixed(2)}`;
  return `$${formatWhole(Math.round(usd))}`;
};

/** `92%`; a share that is neither none nor all never reads as 0% or 100%. */
export const formatShare = (part: number, whole: number): string => {
  if (whole === 0 || part === 0) return '0%';
  if (part === whole) return '100%';
  const percent = Math.round((part / whole) * 100);
  if (percent === 0) return '<1%';
  return percent >= 100 ? '>99%' : `${percent}%`;
};

/** The end of a long id: the part in which two of them differ. */
export const shortId = (id: string): string => id.slice(-6);

/** Dollars for a million tokens: `$14.00`, `$0.175`. */
export const formatRate = (usd: number): string => {
  const cents = usd.toFixed(2);
  return `$${Number(cents) === usd ? cents : usd}`;
};
