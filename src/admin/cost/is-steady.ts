import type { UsageCell } from '../../log/port.ts';
import type { FindRates, Rates } from './rates.ts';

/** Prices change seldom. */
const STEP_MS = 7 * 86_400_000;

const MEMBERS = [
  'input',
  'cachedInput',
  'cacheWrite',
  'cacheWrite1h',
  'output',
  'reasoning',
  'inputAudio',
  'cachedAudio',
  'outputAudio',
] as const satisfies readonly (keyof Rates)[];

const areSame = (one: Rates | undefined, other: Rates | undefined): boolean =>
  one === other ||
  (one !== undefined && other !== undefined && MEMBERS.every((name) => one[name] === other[name]));

const DAY_MS = 86_400_000;

/** Rates of one input length, by the time. */
type RatesAt = (ms: number) => Rates | undefined;

/** The midnight, UTC, behind which rates are no longer those of `fromMs`. */
const findChange = (ratesAt: RatesAt, fromMs: number, toMs: number): number => {
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

/** When the price of a cell changes while its exchanges run: midnights, UTC. */
export const changesOf = (
  findRates: FindRates,
  { facts, oldestMs, newestMs, maxInputTokens }: UsageCell,
): number[] => {
  const ratesAt: RatesAt = (startedAtMs) => findRates({ ...facts, startedAtMs })?.ratesFor(maxInputTokens);
  const changes: number[] = [];
  let fromMs = oldestMs;
  while (fromMs < newestMs) {
    const toMs = Math.min(fromMs + STEP_MS, newestMs);
    if (!areSame(ratesAt(fromMs), ratesAt(toMs))) changes.push(findChange(ratesAt, fromMs, toMs));
    fromMs = toMs;
  }
  return changes;
};

/**
 * Whether one price holds for all exchanges of a cell, however long their input was and whenever they began. A price
 * that changes for less than a week and back is not noticed.
 */
export const isSteady = (
  findRates: FindRates,
  { facts, oldestMs, newestMs, minInputTokens, maxInputTokens, usage }: UsageCell,
): boolean => {
  if (!usage || facts.provider === 'demo') return true;
  const ratesAt = (startedAtMs: number, input: number): Rates | undefined =>
    findRates({ ...facts, startedAtMs })?.ratesFor(input);
  const first = ratesAt(oldestMs, minInputTokens);
  for (let ms = oldestMs; ms < newestMs; ms += STEP_MS) {
    if (!areSame(first, ratesAt(ms, minInputTokens))) return false;
  }
  return (
    areSame(first, ratesAt(newestMs, minInputTokens)) && areSame(first, ratesAt(newestMs, maxInputTokens))
  );
};
