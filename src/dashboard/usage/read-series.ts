import type { UsageBucket } from '../../admin/api-types.ts';

export type Measure = 'tokens' | 'cost';

/** One layer of a stack. `cost` and `covered` are dollars, the others tokens. */
export interface Series {
  readonly key: 'cached' | 'uncached' | 'output' | 'reasoning' | 'cost' | 'covered';
  readonly values: readonly number[];
}

/** The layers of each day, from the bottom up; their sum is the day's total. */
export const readSeries = (buckets: readonly UsageBucket[], measure: Measure): Series[] => {
  const layer = (key: Series['key'], read: (bucket: UsageBucket) => number): Series => ({
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
    layer('cached', (bucket) => bucket.cached_input_tokens),
    layer('uncached', (bucket) => bucket.input_tokens - bucket.cached_input_tokens),
    layer('output', (bucket) => bucket.output_tokens - bucket.reasoning_tokens),
    layer('reasoning', (bucket) => bucket.reasoning_tokens),
  ];
};
