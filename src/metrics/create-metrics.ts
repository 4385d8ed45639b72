import { keepFresh } from '../base/keep-fresh.ts';
import type { ExchangeWatch } from '../log/capture/recorder.ts';
import type { ExchangeRecord } from '../log/record.ts';
import { createCollector, type StateSources } from './collect-state.ts';
import { countExchange, type Paid } from './count-exchanges.ts';
import { createInstruments } from './instruments.ts';
import { createLabeller, type EndedLabels } from './label-exchange.ts';

/** Says what an exchange has cost; undefined where nothing is known, or nothing was used. */
export type PriceExchange = (record: ExchangeRecord) => Paid | undefined;

export interface MetricsDeps extends StateSources {
  readonly recorder: ExchangeWatch;
  /** Prices as they are now. */
  readonly loadPrices: () => Promise<PriceExchange>;
  readonly version: string;
}

export interface Metrics {
  /** All of them, in the text format of Prometheus. */
  render(): Promise<string>;
  readonly contentType: string;
  close(): void;
}

const PRICES_FRESH_MS = 5_000;

/**
 * Counts what passes and reads how the gateway is. In a gateway of several processes this runs in the one to which the
 * others tell what happens, so that its figures are those of all.
 */
export const createMetrics = (deps: MetricsDeps): Metrics => {
  const { recorder, loadPrices, now } = deps;
  const instruments = createInstruments();
  const labeller = createLabeller();
  const collect = createCollector(deps, instruments, labeller);
  instruments.started.set(now() / 1000);
  instruments.build.set({ version: deps.version }, 1);
  instruments.interrupted.inc(0);

  const currentPrices = keepFresh(loadPrices, PRICES_FRESH_MS, now);
  const addCost = async (record: ExchangeRecord, { provider, model }: EndedLabels): Promise<void> => {
    const price = await currentPrices();
    const paid = price(record);
    if (paid && paid.usd > 0) instruments.cost.inc({ provider, model, paid_by: paid.by }, paid.usd);
  };
  const stop = recorder.subscribe(({ type, record }) => {
    if (type !== 'close') return;
    const labels = countExchange(record, instruments, labeller);
    // Without a price list there are no costs, and everything else.
    if (labels && record.usage) addCost(record, labels).catch(() => {});
  });
  // Told at the start, and by nobody else.
  void recorder.recovered.then((found) => instruments.interrupted.inc(found.length));

  return {
    render: async () => {
      await collect();
      return instruments.registry.metrics();
    },
    contentType: instruments.registry.contentType,
    close: stop,
  };
};
