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

/** Finds the exchanges of a query that measure as is wished, in the order that is wished. */
export const findMeasured = async (
  log: Pick<LogReader, 'facts'>,
  prices: Pricing,
  query: LogQuery,
  { measures, sort, isAscending = false }: MeasuredWish,
): Promise<Measured> => {
  const costOf = createCostOf(prices);
  const found: { readonly id: string; readonly key: number | undefined }[] = [];
  let isWhole = true;
  for await (const batch of log.facts(query)) {
    for (const facts of batch) {
      if (!holdsMeasures(measures, facts, costOf)) continue;
      if (found.length === MAX_FOUND) isWhole = false;
      else found.push({ id: facts.id, key: sort && measureOf(sort, facts, costOf) });
    }
  }
  const direction = isAscending ? 1 : -1;
  const byId = (one: string, other: string): number => (one < other ? -1 : 1);
  found.sort((one, other) => {
    if (one.key === other.key) return byId(one.id, other.id) * (sort ? -1 : direction);
    if (one.key === undefined) return 1;
    if (other.key === undefined) return -1;
    return (one.key - other.key) * direction;
  });
  return { ids: found.map(({ id }) => id), isWhole };
};
