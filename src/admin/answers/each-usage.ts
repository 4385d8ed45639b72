import type {
  CommonFacts,
  Facts,
  LogQuery,
  LogReader,
  SummedLog,
  SumWish,
  UsageCell,
} from '../../log/port.ts';
import type { UsageSums } from '../api-types/usage.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { createSteadiness } from '../cost/is-steady.ts';
import type { Billing } from '../cost/price-book.ts';
import { addToSums, eachFacts } from './usage-sums.ts';

/** An exchange, or several that are alike: then their sums. */
export interface Used {
  readonly facts: CommonFacts;
  readonly usage: UsageCell['usage'];
  readonly requests: number;
  readonly oldestMs: number;
  readonly newestMs: number;
  readonly billing: Billing;
}

type Log = Pick<LogReader, 'facts' | 'summed'>;

/**
 * The sums of a query, each cell at one price.
 * @returns undefined where the exchanges themselves have to tell
 */
export const findSums = async (
  log: Log,
  query: LogQuery,
  { findRates }: Pricing,
  wish: SumWish = {},
): Promise<SummedLog | undefined> => {
  const { splitAt = [] } = wish;
  const { isSteady, changesOf } = createSteadiness(findRates);
  const isPriced = ({ cells }: SummedLog): boolean => cells.every(isSteady);
  // Models have prices, and are few.
  const models = await log.summed?.(query, { facts: 'models' });
  if (!models) return undefined;
  const changesIn = (summed: SummedLog): number[] =>
    isPriced(summed) ? [] : summed.cells.flatMap(changesOf);
  const splitAlso = (moments: readonly number[]): Promise<SummedLog | undefined> | undefined => {
    const all = [...new Set([...splitAt, ...moments])].sort((one, other) => one - other);
    return log.summed?.(query, { ...wish, splitAt: all });
  };
  const changes = changesIn(models);
  const isTold = wish.facts === 'models' && splitAt.length === 0 && changes.length === 0;
  if (isTold && isPriced(models)) return models;
  let divided = await splitAlso(changes);
  // Prices that change by the hour are only looked up in cells that are short.
  const more = divided ? changesIn(divided) : [];
  if (more.length > 0) divided = await splitAlso([...changes, ...more]);
  // Where rows are gone, the price of some is nearer than nothing.
  return divided && (isPriced(divided) || !divided.hasRows) ? divided : undefined;
};

export const showCells = (
  { cells }: SummedLog,
  { bill }: Pricing,
  show: (used: Used, cell: UsageCell) => void,
): void => {
  for (const cell of cells) {
    const { facts, usage, requests, oldestMs, newestMs, maxInputTokens } = cell;
    const billing = bill({ ...facts, startedAtMs: newestMs }, usage, {
      requests,
      inputOfOne: maxInputTokens,
    });
    show({ facts, usage, requests, oldestMs, newestMs, billing }, cell);
  }
};

/** What one exchange used. */
export const usedOf = (facts: Facts, { bill }: Pricing): Used => {
  const { usage, startedAtMs } = facts;
  const billing = bill(facts, usage);
  return { facts, usage, requests: 1, oldestMs: startedAtMs, newestMs: startedAtMs, billing };
};

/**
 * Shows what exchanges of a query used, without probes, in no order: from the sums of the log where it keeps some,
 * else one by one. Who keeps facts of them copies them.
 */
export const eachUsage = async (
  log: Log,
  query: LogQuery,
  prices: Pricing,
  show: (used: Used) => void,
  wish?: SumWish,
): Promise<void> => {
  const summed = await findSums(log, query, prices, wish);
  if (summed) {
    showCells(summed, prices, show);
    return;
  }
  await eachFacts(log, query, (facts) => show(usedOf(facts, prices)));
};

export const addUsed = (sums: UsageSums, { facts, usage, requests, billing }: Used): void =>
  addToSums(sums, { usage, isFailure: facts.isFailure }, billing, requests);
