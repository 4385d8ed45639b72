import type { ExchangeRecord } from '../../log/port.ts';
import type { AuditEntry } from '../api-types/entry.ts';
import { loadPriceList, type PricedUpstream } from './list-prices.ts';
import { createListedPricesReader } from './listed-prices.ts';
import { createOwnPricesReader } from './own-prices.ts';
import { type Bill, type Billing, createBill, createFindRates, sumOf, unpricedOf } from './price-book.ts';
import type { FindRates, PricedBy } from './rates.ts';

/** Prices as they are known now. */
export interface Pricing {
  readonly bill: Bill;
  readonly findRates: FindRates;
  /** What of the user's own prices could not be understood. */
  readonly problems: readonly string[];
}

/** What of a record says which price holds. */
export const pricedBy = ({
  model,
  upstreamModel,
  provider,
  serviceTier,
  startedAt,
}: ExchangeRecord): PricedBy => ({
  ...{ model, upstreamModel, provider, serviceTier },
  startedAtMs: Date.parse(startedAt),
});

export const billOf = ({ bill }: Pricing, record: ExchangeRecord): Billing =>
  bill(pricedBy(record), record.usage);

/** A record as the API tells it: with what it cost. */
export const priceEntry = (pricing: Pricing, record: ExchangeRecord): AuditEntry => {
  const { kind, cost } = billOf(pricing, record);
  if (!kind) return record;
  if (!cost) return { ...record, billing: kind };
  const unpriced = unpricedOf(cost);
  return {
    ...record,
    billing: kind,
    ...(kind === 'subscription' ? { listPriceUsd: sumOf(cost) } : { costUsd: sumOf(cost) }),
    ...(unpriced.length > 0 && { unpriced: [...unpriced] }),
    ...(cost.tier?.priced === false && { pricedAsStandard: true as const }),
  };
};

/**
 * Cost is computed when somebody asks, not when an exchange ends: the traffic pays nothing for it, and a
 * price that becomes known later holds for what was logged before.
 * @returns a function that gives the present prices; the files of prices are read again where they have changed
 */
export const createPricing = (
  dataDir: string,
  upstreams: readonly PricedUpstream[],
): (() => Promise<Pricing>) => {
  const readOwn = createOwnPricesReader(dataDir);
  const readListed = createListedPricesReader(dataDir);
  let list: Promise<FindRates> | undefined;
  let listed = '';
  return async () => {
    // A reload of the configuration may have brought others.
    const asked = upstreams.map(({ name }) => name).join();
    if (asked !== listed) list = undefined;
    listed = asked;
    list ??= loadPriceList(upstreams);
    const [fromList, own, ofProviders] = await Promise.all([list, readOwn(), readListed()]);
    const findRates = createFindRates(() => own, fromList, ofProviders);
    return { bill: createBill(findRates), findRates, problems: own.problems };
  };
};
