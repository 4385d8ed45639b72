import type { UsageCell } from '../../log/port.ts';
import type { FindRates, Rates } from './rates.ts';

/** Prices change by days, and seldom. */
const STEP_MS = 7 * 86_400_000;

const areSame = (one: Rates | undefined, other: Rates | undefined): boolean =>
  one === other || JSON.stringify(one) === JSON.stringify(other);

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
