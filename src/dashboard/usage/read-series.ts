import type { UsageSums } from '../../admin/api-types/usage.ts';

export type Measure = 'tokens' | 'cost';

/** One layer of a stack. `cost` and `covered` are dollars, the others tokens. */
export interface Series {
  readonly key: 'cached' | 'uncached' | 'output' | 'reasoning' | 'cost' | 'covered';
  readonly values: readonly number[];
}

/** The layers of each day (model, client, session), from the bottom up; their sum is its total. */
export const readSeries = (buckets: readonly UsageSums[], measure: Measure): Series[] => {
  const layer = (key: Series['key'], read: (sums: UsageSums) => number): Series => ({
    key,
    values: buckets.map(read),
  });
  if (measure === 'cost') {
    return [
      layer('cost', ({ total_cost: cost }) => cost ?? 0),
      layer('covered', ({ subscription_list_cost: cost }) => cost ?? 0),
    ];
  }
  return [
    layer('cached', (sums) => sums.cached_input_tokens),
    layer('uncached', (sums) => sums.input_tokens - sums.cached_input_tokens),
    layer('output', (sums) => sums.output_tokens - sums.reasoning_tokens),
    layer('reasoning', (sums) => sums.reasoning_tokens),
  ];
};
