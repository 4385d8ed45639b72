import { type ExchangeRecord, type Facts, factsOfRecord, keepFacts } from '../../log/port.ts';
import type { Paged } from '../api-types/entry.ts';
import type { UsageGroupsQuery } from '../api-types/queries.ts';
import type { UsageClient, UsageGroup, UsageModel, UsageSums } from '../api-types/usage.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { readPeriod } from '../select/period.ts';
import { readChoice, readCount, readFilter, USAGE_FILTERS } from '../select/read-query.ts';
import type { LogDeps } from './log.ts';
import { GROUP_LIMIT, MAX_GROUPS, pageOf, readPage } from './paging.ts';
import { addToSums, createSums, eachFacts } from './usage-sums.ts';

type GroupBy = UsageGroupsQuery['by'];
const GROUPS = ['key', 'user_path', 'label'] as const satisfies readonly GroupBy[];

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

/** Their first parts: `/team/alpha` of `/team/alpha/anna` where two are wanted. */
const partsOf = (path: string, depth: number): string =>
  depth > 0
    ? `/${path
        .split('/')
        .slice(1, 1 + depth)
        .join('/')}`
    : path;

interface NamedGroup {
  readonly sums: UsageSums;
  readonly sessions: Set<string>;
  newestMs: number;
}

/** What an exchange is counted for; labels are in records alone. */
const groupsOf = (
  { keyId, userPath, labels }: ExchangeRecord,
  by: GroupBy,
  depth: number,
): readonly string[] => {
  if (by === 'key') return [keyId ?? ''];
  if (by === 'user_path') return [userPath === undefined ? '' : partsOf(userPath, depth)];
  return labels && labels.length > 0 ? labels : [''];
};

export interface GroupsDeps extends LogDeps {
  /** @param id of a managed key */
  readonly nameOfKey: (id: string) => string | undefined;
}

/** `GET usage/groups` */
export const answerGroups = async (deps: GroupsDeps, query: URLSearchParams): Promise<Paged<UsageGroup>> => {
  const wish = readPage(query, GROUP_LIMIT, MAX_GROUPS);
  const by = readChoice(query, 'by', GROUPS) ?? 'key';
  const depth = readCount(query, 'depth', 0, 32);
  const span = readPeriod(query, deps.now());
  const filter = readFilter(query, USAGE_FILTERS);
  const prices = await deps.pricing();
  const groups = new Map<string, NamedGroup>();
  for await (const batch of deps.log.list({ span, filter })) {
    for (const record of batch) {
      if (record.probe) continue;
      const facts = factsOfRecord(record);
      const billing = prices.bill(facts, facts.usage);
      for (const name of groupsOf(record, by, depth)) {
        const group = groups.get(name) ?? { sums: createSums(), sessions: new Set(), newestMs: 0 };
        groups.set(name, group);
        addToSums(group.sums, facts, billing);
        group.newestMs = Math.max(group.newestMs, facts.startedAtMs);
        const session = record.client.sessionId ?? record.client.threadId;
        if (session !== undefined) group.sessions.add(session);
      }
    }
  }
  const sorted = [...groups].sort(([, one], [, other]) => other.sums.total_tokens - one.sums.total_tokens);
  const { entries, ...rest } = pageOf(sorted, wish);
  return {
    entries: entries.map(([group, { sums, sessions, newestMs }]) => {
      const name = by === 'key' ? deps.nameOfKey(group) : undefined;
      return {
        group,
        ...(name !== undefined && { name }),
        ...sums,
        sessions: sessions.size,
        last_request_at: new Date(newestMs).toISOString(),
      };
    }),
    ...rest,
  };
};
