import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Period, windowAt } from '../../../../src/guard/budgets/window.ts';

const HOUR_MS = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const shown = (period: Period, timezone: string, iso: string): readonly string[] => {
  const { startMs, endMs } = windowAt(period, timezone, at(iso));
  return [startMs, endMs].map((ms) => new Date(ms).toISOString());
};

describe('the window of a budget', () => {
  it.each<[string, Period, string, string, readonly string[]]>([
    ['an hour', { kind: 'hourly' }, 'UTC', '2026-03-05T10:59:59Z', ['2026-03-05T10:00', '2026-03-05T11:00']],
    [
      'a local hour',
      { kind: 'hourly' },
      'Asia/Kolkata',
      '2026-03-05T10:29:59Z',
      ['2026-03-05T09:30', '2026-03-05T10:30'],
    ],
    [
      'a day',
      { kind: 'daily' },
      'Europe/Berlin',
      '2026-03-05T23:30:00Z',
      ['2026-03-05T23:00', '2026-03-06T23:00'],
    ],
    [
      'a day of 23 hours',
      { kind: 'daily' },
      'Europe/Berlin',
      '2026-03-29T12:00:00Z',
      ['2026-03-28T23:00', '2026-03-29T22:00'],
    ],
    [
      'a day of 25 hours',
      { kind: 'daily' },
      'Europe/Berlin',
      '2026-10-25T12:00:00Z',
      ['2026-10-24T22:00', '2026-10-25T23:00'],
    ],
    [
      'a day without midnight',
      { kind: 'daily' },
      'Africa/Cairo',
      '2026-04-24T12:00:00Z',
      ['2026-04-23T22:00', '2026-04-24T21:00'],
    ],
    [
      'a week from Monday',
      { kind: 'weekly' },
      'UTC',
      '2026-03-01T12:00:00Z',
      ['2026-02-23T00:00', '2026-03-02T00:00'],
    ],
    [
      'a month',
      { kind: 'monthly' },
      'America/New_York',
      '2026-03-01T04:59:59Z',
      ['2026-02-01T05:00', '2026-03-01T05:00'],
    ],
    [
      'a December',
      { kind: 'monthly' },
      'UTC',
      '2026-12-31T23:59:59.999Z',
      ['2026-12-01T00:00', '2027-01-01T00:00'],
    ],
    [
      'seconds',
      { kind: 'seconds', seconds: 90 },
      'UTC',
      '1970-01-01T00:01:31Z',
      ['1970-01-01T00:01', '1970-01-01T00:03'],
    ],
  ])('is %s', (_name, period, timezone, now, expected) => {
    const [start = '', end = ''] = shown(period, timezone, now);
    expect(
      [start.slice(0, 16), end.slice(0, 16)].map((text, index) => text.startsWith(expected[index] ?? '?')),
    ).toEqual([true, true]);
  });

  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Africa/Cairo',
    'Pacific/Kiritimati',
  ];
  const periods: readonly Period[] = [
    { kind: 'hourly' },
    { kind: 'daily' },
    { kind: 'weekly' },
    { kind: 'monthly' },
    { kind: 'seconds', seconds: 5_400 },
  ];
  const moment = fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') });

  it('holds its moment, is the same at both its ends, and meets the next one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom(...periods), moment, (timezone, period, now) => {
        const window = windowAt(period, timezone, now);
        expect(now).toBeGreaterThanOrEqual(window.startMs);
        expect(now).toBeLessThan(window.endMs);
        expect(windowAt(period, timezone, window.startMs)).toEqual(window);
        expect(windowAt(period, timezone, window.endMs - 1)).toEqual(window);
        expect(windowAt(period, timezone, window.endMs).startMs).toBe(window.endMs);
      }),
      { numRuns: 300 },
    );
  });

  it('meets its neighbours where clocks are set forward and back by half an hour', () => {
    for (let now = at('2026-04-04T12:00:00Z'); now < at('2026-04-05T00:00:00Z'); now += HOUR_MS / 4) {
      const window = windowAt({ kind: 'hourly' }, 'Australia/Lord_Howe', now);
      expect(windowAt({ kind: 'hourly' }, 'Australia/Lord_Howe', window.endMs).startMs).toBe(window.endMs);
      expect(windowAt({ kind: 'hourly' }, 'Australia/Lord_Howe', window.startMs)).toEqual(window);
    }
  });

  it('never ends where the budget is for good', () => {
    expect(windowAt({ kind: 'total' }, 'UTC', at('2026-03-05T10:00:00Z')).endMs).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
