import type { UsageGroupsQuery, UsageQuery } from '../../admin/api-types/queries.ts';

/** What the usage can be narrowed by, in the order of the chips. */
export const USAGE_FILTERS = [
  'key',
  'user_path',
  'label',
  'model',
  'requested_model',
  'sent_model',
  'provider',
  'client',
  'session',
] as const satisfies readonly (keyof UsageQuery)[];

export type UsageFilter = (typeof USAGE_FILTERS)[number];
export type GroupBy = UsageGroupsQuery['by'];

/** What the address chooses, as the API is asked for it. */
export const readUsageQuery = (choices: URLSearchParams): UsageQuery => {
  const query: UsageQuery = { days: Number(choices.get('days')) || 30 };
  for (const name of USAGE_FILTERS) {
    const value = choices.get(name);
    if (value) query[name] = value;
  }
  return query;
};
