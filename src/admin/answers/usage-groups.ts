import type { CommonFacts, SumWish } from '../../log/port.ts';
import type { Paged } from '../api-types/entry.ts';
import type { UsageClient, UsageModel, UsageSums } from '../api-types/usage.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { readPeriod } from '../select/period.ts';
import { readFilter, USAGE_FILTERS } from '../select/read-query.ts';
import { addUsed, eachUsage, type Used } from './each-usage.ts';
import type { LogDeps } from './log.ts';
import { GROUP_LIMIT, MAX_GROUPS, pageOf, readPage } from './paging.ts';
import { createSums } from './usage-sums.ts';

/** What a group is told by: of the newest exchange in it. */
interface Newest
  extends Pick<CommonFacts, 'model' | 'upstreamModel' | 'provider' | 'clientName' | 'clientVersion'> {
  readonly startedAtMs: number;
}

interface Group {
  newest: Newest;
  readonly sums: UsageSums;
}

const newestOf = ({ facts, newestMs }: Used): Newest => ({
  model: facts.model,
  upstreamModel: facts.upstreamModel,
  provider: facts.provider,
  clientName: facts.clientName,
  clientVersion: facts.clientVersion,
  startedAtMs: newestMs,
});

/** Sums by a key; what has none is left out. Most tokens first. */
const groupFacts = async (
  { log, pricing, now }: LogDeps,
  query: URLSearchParams,
  keyOf: (facts: CommonFacts) => string | undefined,
  wish: SumWish = {},
): Promise<{ groups: Group[]; prices: Pricing }> => {
  const span = readPeriod(query, now());
  const filter = readFilter(query, USAGE_FILTERS);
  const prices = await pricing();
  const groups = new Map<string, Group>();
  const add = (used: Used): void => {
    const key = keyOf(used.facts);
    if (key === undefined) return;
    const group = groups.get(key) ?? { newest: newestOf(used), sums: createSums() };
    groups.set(key, group);
    if (used.newestMs > group.newest.startedAtMs) group.newest = newestOf(used);
    addUsed(group.sums, used);
  };
  await eachUsage(log, { span, filter }, prices, add, wish);
  const sorted = [...groups.values()].sort((one, other) => other.sums.total_tokens - one.sums.total_tokens);
  return { groups: sorted, prices };
};

const priceOf = ({ findRates }: Pricing, { newest }: Group): UsageModel['price'] => {
  const found = newest.provider === 'demo' ? undefined : findRates({ ...newest, serviceTier: undefined });
  if (!found) return null;
  const { input, cachedInput, output } = found.ratesFor(0);
  return { input, cached_input: cachedInput, output, source: found.source };
};

/** `GET usage/models` */
export const answerModels = async (deps: LogDeps, query: URLSearchParams): Promise<Paged<UsageModel>> => {
  const wish = readPage(query, GROUP_LIMIT, MAX_GROUPS);
  const { groups, prices } = await groupFacts(
    deps,
    query,
    ({ model, provider }) => (model === undefined ? undefined : `${provider ?? ''} ${model}`),
    { facts: 'models' },
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
  const { groups } = await groupFacts(
    deps,
    query,
    ({ clientName, clientVersion }) =>
      clientName === undefined ? undefined : `${clientName}/${clientVersion ?? ''}`,
    { facts: 'clients' },
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
