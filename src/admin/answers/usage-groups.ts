import { type Facts, keepFacts } from '../../log/port.ts';
import type { Paged } from '../api-types/entry.ts';
import type { UsageClient, UsageModel, UsageSums } from '../api-types/usage.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { readPeriod } from '../select/period.ts';
import { readFilter, USAGE_FILTERS } from '../select/read-query.ts';
import type { LogDeps } from './log.ts';
import { GROUP_LIMIT, MAX_GROUPS, pageOf, readPage } from './paging.ts';
import { addToSums, createSums, eachFacts } from './usage-sums.ts';

interface Group {
  newest: Facts;
  readonly sums: UsageSums;
}

/** Sums by a key; what has none is left out. Most tokens first. */
const groupFacts = async (
  { log, pricing, now }: LogDeps,
  query: URLSearchParams,
  keyOf: (facts: Facts) => string | undefined,
): Promise<{ groups: Group[]; prices: Pricing }> => {
  const span = readPeriod(query, now());
  const filter = readFilter(query, USAGE_FILTERS);
  const prices = await pricing();
  const groups = new Map<string, Group>();
  await eachFacts(log, { span, filter }, (facts) => {
    const key = keyOf(facts);
    if (key === undefined) return;
    const group = groups.get(key) ?? { newest: keepFacts(facts), sums: createSums() };
    groups.set(key, group);
    if (facts.startedAtMs > group.newest.startedAtMs) group.newest = keepFacts(facts);
    addToSums(group.sums, facts, prices.bill(facts, facts.usage));
  });
  const sorted = [...groups.values()].sort((one, other) => other.sums.total_tokens - one.sums.total_tokens);
  return { groups: sorted, prices };
};

const priceOf = ({ findRates }: Pricing, { newest }: Group): UsageModel['price'] => {
  const found = newest.provider === 'demo' ? undefined : findRates(newest);
  if (!found) return null;
  const { input, cachedInput, output } = found.ratesFor(0);
  return { input, cached_input: cachedInput, output, source: found.source };
};

/** `GET usage/models` */
export const answerModels = async (deps: LogDeps, query: URLSearchParams): Promise<Paged<UsageModel>> => {
  const wish = readPage(query, GROUP_LIMIT, MAX_GROUPS);
  const { groups, prices } = await groupFacts(deps, query, ({ model, provider }) =>
    model === undefined ? undefined : `${provider ?? ''} ${model}`,
  );
  const { entries, ...rest } = pageOf(groups, wish);
  return {
    entries: entries.map((group) => ({
      model: group.newest.model ?? '',
      ...(group.newest.provider === undefined ? {} : { provider: group.newest.provider }),
      ...group.sums,
      price: priceOf(prices, group),
    })),
    ...rest,
  };
};

/** `GET usage/clients` */
export const answerClients = async (deps: LogDeps, query: URLSearchParams): Promise<Paged<UsageClient>> => {
  const wish = readPage(query, GROUP_LIMIT, MAX_GROUPS);
  const { groups } = await groupFacts(deps, query, ({ clientName, clientVersion }) =>
    clientName === undefined ? undefined : `${clientName}/${clientVersion ?? ''}`,
  );
  const { entries, ...rest } = pageOf(groups, wish);
  return {
    entries: entries.map(({ newest, sums }) => ({
      name: newest.clientName ?? '',
      ...(newest.clientVersion === undefined ? {} : { version: newest.clientVersion }),
      last_request_at: new Date(newest.startedAtMs).toISOString(),
      ...sums,
    })),
    ...rest,
  };
};
