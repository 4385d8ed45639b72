import type { Facts, LogQuery, LogReader } from '../../log/port.ts';
import type { UsageSums } from '../api-types/usage.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { type Billing, sumOf } from '../cost/price-book.ts';

export const createSums = (): UsageSums => ({
  requests: 0,
  failed_requests: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  total_tokens: 0,
  web_searches: 0,
  total_cost: null,
  unpriced_requests: 0,
  unpriced_searches: 0,
  subscription_requests: 0,
  subscription_list_cost: null,
});

/** What has no price stays `null`: nothing is not the same as unknown. */
const addMoney = (sum: number | null, { cost }: Billing): number | null =>
  cost ? (sum ?? 0) + sumOf(cost) : sum;

const SEARCHES: ReadonlySet<string> = new Set(['webSearch', 'previewWebSearch', 'fileSearch']);

const unpricedSearches = ({ cost }: Billing): number =>
  (cost?.fees ?? [])
    .filter(({ kind, cost: usd }) => usd === undefined && SEARCHES.has(kind))
    .reduce((sum, { count }) => sum + count, 0);

/** @param requests how many exchanges it is that are added up */
export const addToSums = (
  sums: UsageSums,
  { usage, isFailure }: Pick<Facts, 'usage' | 'isFailure'>,
  billing: Billing,
  requests = 1,
): void => {
  sums.requests += requests;
  if (isFailure) sums.failed_requests += requests;
  sums.input_tokens += usage?.inputTokens ?? 0;
  sums.cached_input_tokens += usage?.cachedInputTokens ?? 0;
  sums.output_tokens += usage?.outputTokens ?? 0;
  sums.reasoning_tokens += usage?.reasoningTokens ?? 0;
  sums.total_tokens += usage?.totalTokens ?? 0;
  sums.web_searches += usage?.webSearches ?? 0;
  if (billing.kind === 'subscription') {
    sums.subscription_requests += requests;
    sums.subscription_list_cost = addMoney(sums.subscription_list_cost, billing);
  } else if (billing.kind === 'metered') {
    sums.total_cost = addMoney(sums.total_cost, billing);
    if (!billing.cost) sums.unpriced_requests += requests;
    sums.unpriced_searches += unpricedSearches(billing);
  }
};

const addOptional = (sum: number | null, more: number | null): number | null =>
  more === null ? sum : (sum ?? 0) + more;

/** Several sums as one. */
export const mergeSums = (all: readonly UsageSums[]): UsageSums =>
  all.reduce(
    (sum, more) => ({
      requests: sum.requests + more.requests,
      failed_requests: sum.failed_requests + more.failed_requests,
      input_tokens: sum.input_tokens + more.input_tokens,
      cached_input_tokens: sum.cached_input_tokens + more.cached_input_tokens,
      output_tokens: sum.output_tokens + more.output_tokens,
      reasoning_tokens: sum.reasoning_tokens + more.reasoning_tokens,
      total_tokens: sum.total_tokens + more.total_tokens,
      web_searches: sum.web_searches + more.web_searches,
      total_cost: addOptional(sum.total_cost, more.total_cost),
      unpriced_requests: sum.unpriced_requests + more.unpriced_requests,
      unpriced_searches: sum.unpriced_searches + more.unpriced_searches,
      subscription_requests: sum.subscription_requests + more.subscription_requests,
      subscription_list_cost: addOptional(sum.subscription_list_cost, more.subscription_list_cost),
    }),
    createSums(),
  );

export const sumFacts = (all: readonly Facts[], { bill }: Pricing): UsageSums => {
  const sums = createSums();
  for (const facts of all) addToSums(sums, facts, bill(facts, facts.usage));
  return sums;
};

/** Shows the facts of each exchange that a query means, without probes, in no order; who keeps them copies them. */
export const eachFacts = async (
  log: Pick<LogReader, 'facts'>,
  query: LogQuery,
  show: (facts: Facts) => void,
): Promise<void> => {
  for await (const batch of log.facts(query)) for (const facts of batch) if (!facts.isProbe) show(facts);
};
