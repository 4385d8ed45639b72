import {
  type Facts,
  holdsMeasures,
  type LogQuery,
  type LogReader,
  type Measure,
  type MeasureName,
  measureOf,
} from '../../log/port.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { sumOf } from '../cost/price-book.ts';

/** What the log can be sorted by, beside the time at which an exchange began. */
export const SORTS = [
  'cost',
  'cached',
  'tokens',
  'input',
  'output',
  'time',
  'ttfb',
] as const satisfies readonly MeasureName[];

export interface MeasuredWish {
  readonly measures: readonly Measure[];
  /** Default: when they began. What is not known comes last. */
  readonly sort?: MeasureName | undefined;
  /** The smallest first; default the largest, or newest. */
  readonly isAscending?: boolean | undefined;
}

interface Measured {
  readonly ids: readonly string[];
  /** False where there are more than are kept: then the others are left out. */
  readonly isWhole: boolean;
}

const MAX_FOUND = 500_000;

/** What a metered exchange has cost, in USD. What a subscription covers costs nothing, and is not known here. */
const createCostOf =
  (prices: Pricing) =>
  (facts: Facts): number | undefined => {
    const { kind, cost } = prices.bill(facts, facts.usage);
    return kind === 'metered' && cost ? sumOf(cost) : undefined;
  };

/** Ids by their keys; what has none last, and of equal keys the newest first. */
const orderOf = (
  ids: readonly string[],
  keys: readonly (number | undefined)[],
  direction: 1 | -1,
): string[] => {
  const places = Uint32Array.from(ids.keys());
  places.sort((one, other) => {
    const [own, others] = [keys[one], keys[other]];
    if (own === others) return (ids[one] as string) < (ids[other] as string) ? 1 : -1;
    if (own === undefined) return 1;
    if (others === undefined) return -1;
    return (own - others) * direction;
  });
  return Array.from(places, (place) => ids[place] as string);
};

/** Finds the exchanges of a query that measure as is wished, in the order that is wished. */
export const findMeasured = async (
  log: Pick<LogReader, 'facts'>,
  prices: Pricing,
  query: LogQuery,
  { measures, sort, isAscending = false }: MeasuredWish,
): Promise<Measured> => {
  const costOf = createCostOf(prices);
  const ids: string[] = [];
  const keys: (number | undefined)[] = [];
  let isWhole = true;
  for await (const batch of log.facts(query)) {
    for (const facts of batch) {
      if (!holdsMeasures(measures, facts, costOf)) continue;
      if (ids.length === MAX_FOUND) {
        isWhole = false;
        continue;
      }
      ids.push(facts.id);
      if (sort) keys.push(measureOf(sort, facts, costOf));
    }
  }
  if (sort) return { ids: orderOf(ids, keys, isAscending ? 1 : -1), isWhole };
  ids.sort();
  return { ids: isAscending ? ids : ids.reverse(), isWhole };
};
