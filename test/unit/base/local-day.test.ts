import { expect, it } from 'vitest';
import { dayOf, startOfDayMs } from '../../../src/base/time/local-day.ts';

it.each([
  // Summer time begins at midnight: the day begins an hour later on the clock, and no earlier.
  ['America/Havana', '2026-03-08', '2026-03-08T05:00:00Z'],
  ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00Z'],
  ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00Z'],
  // It ends at midnight: the hour before comes twice, and both belong to the day before.
  ['America/Santiago', '2026-04-05', '2026-04-05T04:00:00Z'],
  // It ends at one o'clock: midnight comes twice, and the day begins with the first.
  ['America/Havana', '2026-11-01', '2026-11-01T04:00:00Z'],
  ['Asia/Kolkata', '2026-06-01', '2026-05-31T18:30:00Z'],
  ['Pacific/Kiritimati', '2026-06-01', '2026-05-31T10:00:00Z'],
  ['Pacific/Pago_Pago', '2026-06-01', '2026-06-01T11:00:00Z'],
  ['UTC', '2026-06-01', '2026-06-01T00:00:00Z'],
])('begins a day in %s when the calendar there turns to %s', (timezone, date, startsAt) => {
  const startMs = startOfDayMs(date, timezone);
  expect(new Date(startMs).toISOString()).toBe(new Date(startsAt).toISOString());
  expect(dayOf(startMs, timezone)).toBe(date);
  expect(dayOf(startMs - 1, timezone) < date).toBe(true);
});

it('counts the hour before a skipped midnight to the day before', () => {
  for (const [timezone, date] of [
    ['America/Havana', '2026-03-08'],
    ['America/Santiago', '2026-09-06'],
  ] as const) {
    const startMs = startOfDayMs(date, timezone);
    for (let minute = 1; minute <= 60; minute++) {
      expect(dayOf(startMs - minute * 60_000, timezone) < date).toBe(true);
      expect(dayOf(startMs + (minute - 1) * 60_000, timezone)).toBe(date);
    }
  }
});
