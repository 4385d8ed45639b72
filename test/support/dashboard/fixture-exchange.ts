import type { CacheLoss, CostBreakdown } from '../../../src/admin/api-types/detail.ts';
import type { AuditEntry } from '../../../src/admin/api-types/entry.ts';
import type { ClientToolUse } from '../../../src/admin/api-types/turns.ts';
import { createId } from '../../../src/base/ids.ts';
import type { Scenario } from './scenarios.ts';

/** An exchange of the fixture, with what its answers are made of. */
export interface FixtureExchange {
  entry: AuditEntry;
  /** Which step of which scenario it carries; absent where it is no conversation. */
  turn?: { scenario: Scenario; step: number };
  cacheLoss?: CacheLoss;
  /** What the client told of the tools that the answer called. */
  toolUses?: ClientToolUse[];
}

export interface Price {
  input: number;
  cached: number;
  output: number;
}

/** USD for a million tokens; a model that is not here has no price. */
export const PRICES: Readonly<Record<string, Price>> = {
  'gpt-5.5': { input: 1.75, cached: 0.175, output: 14 },
  'gpt-5.6-luna': { input: 0.6, cached: 0.06, output: 4.8 },
  'gpt-6-astra': { input: 5, cached: 0.5, output: 40 },
  'text-embedding-3-small': { input: 0.02, cached: 0.02, output: 0 },
};

export const costOf = (entry: AuditEntry): CostBreakdown | undefined => {
  const price = PRICES[entry.model ?? ''];
  const usage = entry.usage;
  if (!price || !usage) return undefined;
  const cachedTokens = usage.cachedInputTokens ?? 0;
  return {
    input: (((usage.inputTokens ?? 0) - cachedTokens) * price.input) / 1e6,
    cachedInput: (cachedTokens * price.cached) / 1e6,
    cacheWrite: 0,
    output: ((usage.outputTokens ?? 0) * price.output) / 1e6,
    fees: [],
    rates: {
      input: price.input,
      cachedInput: price.cached,
      cacheWrite: price.input,
      output: price.output,
      reasoning: price.output,
    },
    source: 'genai-prices 2026-11-18',
  };
};

/** Sets what the exchange cost, or what it would have where a subscription covers it. */
export const priceEntry = (entry: AuditEntry): void => {
  if (!entry.usage) return;
  const cost = costOf(entry);
  const sum = cost && cost.input + cost.cachedInput + cost.output;
  entry.billing = entry.auth === 'chatgpt' ? 'subscription' : 'metered';
  if (sum === undefined) return;
  if (entry.billing === 'subscription') entry.listPriceUsd = sum;
  else entry.costUsd = sum;
};

/** The part that every record has. */
export const openEntry = (startedAtMs: number, path: string, client: AuditEntry['client']): AuditEntry => ({
  schemaVersion: 1,
  id: createId('req', startedAtMs),
  startedAt: new Date(startedAtMs).toISOString(),
  method: 'POST',
  path,
  transport: 'http',
  client,
  request: {},
  response: {},
});

/** What the lost caches of some exchanges cost; `null` where none has a price. */
export const lossCostOf = (exchanges: readonly FixtureExchange[]): number | null => {
  const costs = exchanges.flatMap(({ cacheLoss }) =>
    cacheLoss?.costUsd === undefined ? [] : [cacheLoss.costUsd],
  );
  return costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0);
};
