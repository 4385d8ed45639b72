import type { UsageCell } from '../../log/port.ts';
import { FEES, type Fee, type FindRates, type ModelRates, type Rates, TOKEN_RATES } from './rates.ts';

/** Prices change seldom. */
const STEP_MS = 7 * 86_400_000;

const MEMBERS = [...TOKEN_RATES, 'request'] as const satisfies readonly (keyof Rates)[];
const FEE_NAMES = Object.keys(FEES) as Fee[];

const areSame = (one: Rates | undefined, other: Rates | undefined): boolean =>
  one === other ||
  (one !== undefined &&
    other !== undefined &&
    MEMBERS.every((name) => one[name] === other[name]) &&
    FEE_NAMES.every((name) => one.fees?.[name] === other.fees?.[name]));

const DAY_MS = 86_400_000;

/** Rates of one model, by the time. */
type RatesAt = (ms: number) => ModelRates | undefined;

/** The midnight, UTC, behind which rates are no longer those of `fromMs`. */
const findChange = (ratesAt: (ms: number) => Rates | undefined, fromMs: number, toMs: number): number => {
  const first = ratesAt(fromMs);
  let low = Math.floor(fromMs / DAY_MS);
  let high = Math.floor(toMs / DAY_MS);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (areSame(first, ratesAt(middle * DAY_MS))) low = middle;
    else high = middle;
  }
  return high * DAY_MS;
};

const HALF_HOUR_MS = 1_800_000;
/** Beyond it, too many half hours are looked at. */
const MAX_HOURLY_MS = 62 * DAY_MS;

/**
 * From one moment to another, by way of the steps that begin between them: cells that are alike ask for the same.
 * @param stepMs a week or, for prices that change by the hour, half an hour
 */
function* steps({ oldestMs, newestMs }: UsageCell, stepMs: number): Generator<number> {
  yield oldestMs;
  for (let step = Math.floor(oldestMs / stepMs) + 1; step * stepMs < newestMs; step++) yield step * stepMs;
  yield newestMs;
}

const changesByHour = (ratesAt: RatesAt, { newestMs }: UsageCell): boolean =>
  ratesAt(newestMs)?.changesByHour === true;
const isTooLong = ({ oldestMs, newestMs }: UsageCell): boolean => newestMs - oldestMs > MAX_HOURLY_MS;

export interface Steadiness {
  /**
   * Whether one price holds for all exchanges of a cell, however long their input was and whenever they began. A price
   * that changes for less than a week and back is noticed only where it changes by the hour.
   */
  isSteady(cell: UsageCell): boolean;
  /** When the price of a cell changes while its exchanges run: midnights, UTC, or half hours. */
  changesOf(cell: UsageCell): number[];
}

/** Remembers prices that many cells ask for. */
export const createSteadiness = (findRates: FindRates): Steadiness => {
  const known = new Map<string, Map<number, ModelRates | undefined>>();
  const ratesOf = ({ facts: { model, upstreamModel, provider, serviceTier } }: UsageCell): RatesAt => {
    const key = JSON.stringify([model, upstreamModel, provider, serviceTier]);
    const ofModel = known.get(key) ?? new Map<number, ModelRates | undefined>();
    known.set(key, ofModel);
    return (startedAtMs) => {
      if (!ofModel.has(startedAtMs))
        ofModel.set(startedAtMs, findRates({ model, upstreamModel, provider, serviceTier, startedAtMs }));
      return ofModel.get(startedAtMs);
    };
  };
  return {
    isSteady: (cell) => {
      const { facts, oldestMs, newestMs, minInputTokens, maxInputTokens, usage } = cell;
      if (!usage || facts.provider === 'demo') return true;
      const ratesAt = ratesOf(cell);
      const isHourly = changesByHour(ratesAt, cell);
      if (isHourly && isTooLong(cell)) return false;
      const first = ratesAt(oldestMs)?.ratesFor(minInputTokens);
      for (const ms of steps(cell, isHourly ? HALF_HOUR_MS : STEP_MS)) {
        if (!areSame(first, ratesAt(ms)?.ratesFor(minInputTokens))) return false;
      }
      return areSame(first, ratesAt(newestMs)?.ratesFor(maxInputTokens));
    },
    changesOf: (cell) => {
      const ratesAt = ratesOf(cell);
      const ratesOfLongest = (ms: number): Rates | undefined => ratesAt(ms)?.ratesFor(cell.maxInputTokens);
      const changes: number[] = [];
      const isHourly = changesByHour(ratesAt, cell);
      if (isHourly && isTooLong(cell)) return [];
      let fromMs = cell.oldestMs;
      for (const toMs of steps(cell, isHourly ? HALF_HOUR_MS : STEP_MS)) {
        if (!areSame(ratesOfLongest(fromMs), ratesOfLongest(toMs))) {
          const change = isHourly
            ? Math.floor(toMs / HALF_HOUR_MS) * HALF_HOUR_MS
            : findChange(ratesOfLongest, fromMs, toMs);
          changes.push(change);
        }
        fromMs = toMs;
      }
      return changes;
    },
  };
};
