import type { AuditEntry } from '../../../src/admin/api-types/entry.ts';
import type { UsageSums } from '../../../src/admin/api-types/usage.ts';
import { isFailure } from '../../../src/log/record.ts';

const addMoney = (sum: number | null, amount: number | undefined): number | null =>
  amount === undefined ? sum : (sum ?? 0) + amount;

/** The sums of usage over some exchanges. */
export const sumUsage = (entries: readonly AuditEntry[]): UsageSums => {
  const sums: UsageSums = {
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
  };
  for (const entry of entries) {
    const { usage } = entry;
    sums.requests++;
    if (isFailure(entry)) sums.failed_requests++;
    sums.input_tokens += usage?.inputTokens ?? 0;
    sums.cached_input_tokens += usage?.cachedInputTokens ?? 0;
    sums.output_tokens += usage?.outputTokens ?? 0;
    sums.reasoning_tokens += usage?.reasoningTokens ?? 0;
    sums.total_tokens += usage?.totalTokens ?? 0;
    sums.web_searches += usage?.webSearches ?? 0;
    sums.total_cost = addMoney(sums.total_cost, entry.costUsd);
    sums.subscription_list_cost = addMoney(sums.subscription_list_cost, entry.listPriceUsd);
    if (entry.billing === 'subscription') sums.subscription_requests++;
    if (entry.billing === 'metered' && entry.costUsd === undefined) sums.unpriced_requests++;
  }
  return sums;
};

/** Groups by a key, in order of first appearance; entries without a key are left out. */
export const groupBy = <Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string | undefined,
): Map<string, Value[]> => {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
};
