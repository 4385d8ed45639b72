import type { ExchangeRecord, ExchangeWatch } from '../../log/port.ts';
import type { AuditEntry } from '../api-types/entry.ts';
import { type Pricing, pricedBy } from './create-pricing.ts';
import { priceLoss } from './lost-tokens.ts';
import { createLossTracker } from './track-losses.ts';

/** Watches what ends, and says of each exchange what it lost from the provider's cache. */
export const createTellLosses = (recorder: Pick<ExchangeWatch, 'subscribe'>) => {
  const tracker = createLossTracker();
  const lost = new WeakMap<ExchangeRecord, number>();
  recorder.subscribe(({ type, record }) => {
    const tokens = type === 'close' ? tracker.note(record) : 0;
    if (tokens > 0) lost.set(record, tokens);
  });
  return (pricing: Pricing, record: ExchangeRecord, entry: AuditEntry): AuditEntry => {
    const tokens = lost.get(record);
    if (tokens === undefined) return entry;
    const { usd } = priceLoss(pricing, pricedBy(record), record.usage, tokens);
    return { ...entry, lostCache: { tokens, ...(usd !== undefined && { usd }) } };
  };
};
