import type { TimeWindow } from '../../base/time/zoned-time.ts';
import { type Budget, budgetId, scopeText } from './budget.ts';
import type { BudgetStatus } from './ledger-port.ts';
import { periodText } from './window.ts';

const NANO = 1_000_000_000;

/** Written as a number with nine digits after the point, and no noise. */
const usdOf = (nanoUsd: number): number => Math.round(nanoUsd) / NANO;
export const nanoOf = (usd: number): number => Math.round(usd * NANO);

/** What was counted in one window of a budget. */
export interface Counted {
  readonly startMs: number;
  /** In billionths of a USD, or tokens, by the budget's unit. */
  spent: number;
  reserved: number;
  tokens: number;
  listNanoUsd: number;
}

/** Windows that are kept of one counter: clocks are set back, too, by a day of hours. */
const MAX_WINDOWS = 32;
/** Such as sessions, each with a budget of its own. */
const MAX_COUNTERS = 100_000;

/** Everything that is counted, by budget, child and window. */
export interface Counters {
  /** The counter of a window; made where there is none. */
  of(key: string, startMs: number): Counted;
  /** The latest window of each counter. */
  entries(): Iterable<readonly [key: string, counted: readonly Counted[]]>;
}

const indexOfOldest = (windows: readonly Counted[]): number => {
  const first = Math.min(...windows.map(({ startMs }) => startMs));
  return windows.findIndex(({ startMs }) => startMs === first);
};

const isIdle = (windows: readonly Counted[]): boolean => windows.every(({ reserved }) => reserved === 0);

export const createCounters = (maxCounters = MAX_COUNTERS): Counters => {
  const counters = new Map<string, Counted[]>();
  const makeRoom = (): void => {
    if (counters.size < maxCounters) return;
    // Those that were made first go first.
    for (const [key, windows] of counters) {
      if (isIdle(windows)) {
        counters.delete(key);
        return;
      }
    }
  };
  return {
    of: (key, startMs) => {
      let windows = counters.get(key);
      if (!windows) {
        makeRoom();
        windows = [];
        counters.set(key, windows);
      }
      // Mostly the one that was made last.
      const known = windows.findLast((counted) => counted.startMs === startMs);
      if (known) return known;
      if (windows.length >= MAX_WINDOWS) windows.splice(indexOfOldest(windows), 1);
      const counted: Counted = { startMs, spent: 0, reserved: 0, tokens: 0, listNanoUsd: 0 };
      windows.push(counted);
      return counted;
    },
    entries: () => counters.entries(),
  };
};

/** Separates a budget's id from the child that is counted; no id has one. */
const SEPARATOR = '\n';

export const counterKey = (budget: Budget, child: string): string =>
  budget.scope.each ? `${budgetId(budget)}${SEPARATOR}${child}` : budgetId(budget);

export const childOfKey = (key: string): string | undefined => {
  const at = key.indexOf(SEPARATOR);
  return at === -1 ? undefined : key.slice(at + 1);
};

export const idOfKey = (key: string): string => key.split(SEPARATOR, 1)[0] ?? key;

/** A window is the same for many requests, and writing a date takes a microsecond. */
const knownDates = new WeakMap<TimeWindow, { readonly startedAt: string; readonly resetsAt: string }>();

const datesOf = (window: TimeWindow): object => {
  const { startMs, endMs } = window;
  if (!Number.isFinite(endMs)) return {};
  const known = knownDates.get(window);
  if (known) return known;
  const dates = { startedAt: new Date(startMs).toISOString(), resetsAt: new Date(endMs).toISOString() };
  knownDates.set(window, dates);
  return dates;
};

export const statusOf = (
  budget: Budget,
  child: string,
  window: TimeWindow,
  counted: Counted | undefined,
): BudgetStatus => {
  const show = budget.unit === 'usd' ? usdOf : (units: number) => units;
  return {
    id: budgetId(budget),
    scope: scopeText(budget.scope),
    ...(budget.scope.each && { child }),
    period: periodText(budget.period),
    timezone: budget.timezone,
    unit: budget.unit,
    enforcement: budget.enforcement,
    ...(budget.stopsRunaways && { stopsRunaways: true }),
    source: budget.source,
    limit: budget.limit,
    spent: show(counted?.spent ?? 0),
    reserved: show(counted?.reserved ?? 0),
    tokens: counted?.tokens ?? 0,
    listUsd: usdOf(counted?.listNanoUsd ?? 0),
    ...datesOf(window),
  };
};
