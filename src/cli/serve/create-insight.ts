import { billOf, type Pricing, pricedBy } from '../../admin/cost/create-pricing.ts';
import { createLossNotices } from '../../admin/cost/loss-notices.ts';
import { priceLoss } from '../../admin/cost/lost-tokens.ts';
import { type Billing, sumOf } from '../../admin/cost/price-book.ts';
import { createLossTracker } from '../../admin/cost/track-losses.ts';
import type { ExchangeWatch, LogReader } from '../../log/port.ts';
import { createDaySums, type DayFacts } from '../render/tail/day-sums.ts';
import type { TailInsight } from '../render/tail/watched-view.ts';
import { createFindWords } from './last-words.ts';

export interface InsightDeps {
  readonly log: Pick<LogReader, 'body' | 'facts'>;
  readonly recorder: Pick<ExchangeWatch, 'flush'>;
  readonly pricing: () => Promise<Pricing>;
  readonly now: () => number;
  readonly hasKeys: boolean;
  /** From which loss of a session on the tail tells of it. USD; 0: never. */
  readonly cacheLossUsd: number;
  /** The sums of the day are known, or the prices are. */
  readonly onKnown: () => void;
}

/** What a subscription covers costs its user nothing more. */
const paidOf = ({ kind, cost }: Billing): number | undefined =>
  kind === 'metered' && cost ? sumOf(cost) : undefined;

/** What the log and the price list know for a tail that somebody watches; read while the gateway already serves. */
export const createInsight = (deps: InsightDeps): TailInsight => {
  const { log, recorder, pricing, now, hasKeys, onKnown } = deps;
  const sums = createDaySums(() => new Date(now()).toDateString());
  const losses = createLossTracker();
  const notices = createLossNotices(() => deps.cacheLossUsd);
  let prices: Pricing | undefined;
  const load = async (): Promise<void> => {
    prices = await pricing();
    const midnight = new Date(now()).setHours(0, 0, 0, 0);
    const earlier: DayFacts[] = [];
    const span = { fromMs: midnight, toMs: Number.POSITIVE_INFINITY };
    for await (const batch of log.facts({ span })) {
      for (const facts of batch) {
        if (facts.isProbe || Number.isNaN(facts.durationMs)) continue;
        const { id, isFailure, usage } = facts;
        losses.seed(facts);
        earlier.push({ id, isFailure, usage, costUsd: paidOf(prices.bill(facts, usage)) });
      }
    }
    sums.addEarlier(earlier);
    onKnown();
  };
  // Without it the sums begin with the gateway, and there are no costs.
  load().catch(() => {});
  return {
    costOf: (record) => prices && paidOf(billOf(prices, record)),
    lossOf: (record) => {
      const tokens = losses.note(record);
      const session = record.client.sessionId ?? record.client.threadId;
      if (!prices || tokens === 0 || session === undefined) return undefined;
      return notices(session, priceLoss(prices, pricedBy(record), record.usage, tokens));
    },
    findWords: createFindWords(log, () => recorder.flush()),
    sums,
    hasKeys,
  };
};
