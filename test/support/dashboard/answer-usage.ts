import type { AuditEntry, Paged } from '../../../src/admin/api-types/entry.ts';
import type {
  FailureCount,
  Percentiles,
  UsageBucket,
  UsageClient,
  UsageGroup,
  UsageModel,
  UsageSession,
  UsageSummaryAnswer,
  UsageSums,
} from '../../../src/admin/api-types/usage.ts';
import { savedBy } from '../../../src/admin/cost/saved-by-cache.ts';
import { matchesFilter } from '../../../src/log/match-filter.ts';
import { isFailure } from '../../../src/log/record.ts';
import { costOf, type FixtureExchange, lossCostOf, PRICES } from './fixture-exchange.ts';
import { groupBy, sumUsage } from './sum-usage.ts';

const DAY_MS = 86_400_000;
const USAGE_FILTERS = ['model', 'session', 'client', 'provider', 'key', 'user_path', 'label'];

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** First and last day of a period, both included. */
const periodOf = (query: URLSearchParams, nowMs: number): { from: string; to: string; days: number } => {
  const to = query.get('end_date') ?? dayOf(nowMs);
  const days = Number(query.get('days') ?? 30);
  const from = query.get('start_date') ?? dayOf(Date.parse(to) - (days - 1) * DAY_MS);
  return { from, to, days: Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1 };
};

const within = (exchanges: readonly FixtureExchange[], from: string, to: string): FixtureExchange[] =>
  exchanges.filter(({ entry }) => entry.startedAt.slice(0, 10) >= from && entry.startedAt.slice(0, 10) <= to);

export const selectUsage = (
  all: readonly FixtureExchange[],
  query: URLSearchParams,
  nowMs: number,
): FixtureExchange[] => {
  const { from, to } = periodOf(query, nowMs);
  const filter = Object.fromEntries(USAGE_FILTERS.map((key) => [key, query.get(key) ?? '']));
  return within(all, from, to).filter(({ entry }) => matchesFilter(entry, filter));
};

const percentiles = (
  entries: readonly AuditEntry[],
  key: 'ttfbMs' | 'durationMs',
): Percentiles | undefined => {
  const sorted = entries
    .filter((entry) => entry.response.finish === 'completed' && entry[key] !== undefined)
    .sort((left, right) => (left[key] ?? 0) - (right[key] ?? 0));
  const slowest = sorted.at(-1);
  if (!slowest) return undefined;
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]?.[key] ?? 0;
  return { p50: at(0.5), p95: at(0.95), slowest: { id: slowest.id, ms: slowest[key] ?? 0 } };
};

const countFailures = (entries: readonly AuditEntry[]): FailureCount[] =>
  [
    ...groupBy(entries.filter(isFailure), ({ error }) =>
      error ? `${error.origin} ${error.code}` : undefined,
    ).values(),
  ]
    .map((group) => {
      const last = group.at(-1) as AuditEntry;
      const error = last.error as NonNullable<AuditEntry['error']>;
      return {
        origin: error.origin,
        code: error.code,
        requests: group.length,
        last: { id: last.id, startedAt: last.startedAt, message: error.message },
      };
    })
    .sort((left, right) => right.requests - left.requests);

const savedByCache = (entries: readonly AuditEntry[]): number | null => {
  let saved: number | null = null;
  for (const entry of entries) {
    const cost = costOf(entry);
    if (!cost || entry.billing !== 'metered') continue;
    saved = (saved ?? 0) + savedBy(cost, entry.usage);
  }
  return saved;
};

export const answerSummary = (
  all: readonly FixtureExchange[],
  query: URLSearchParams,
  nowMs: number,
): UsageSummaryAnswer => {
  const { from, to, days } = periodOf(query, nowMs);
  const entries = selectUsage(all, query, nowMs).map(({ entry }) => entry);
  const before = within(all, dayOf(Date.parse(from) - days * DAY_MS), dayOf(Date.parse(from) - DAY_MS));
  const ttfb = percentiles(entries, 'ttfbMs');
  const duration = percentiles(entries, 'durationMs');
  return {
    ...sumUsage(entries),
    start_date: from,
    end_date: to,
    previous: sumUsage(before.map(({ entry }) => entry)),
    saved_by_cache: savedByCache(entries),
    ...(ttfb ? { ttfb_ms: ttfb } : {}),
    ...(duration ? { duration_ms: duration } : {}),
    failures: countFailures(entries),
  };
};

export const answerDaily = (
  all: readonly FixtureExchange[],
  query: URLSearchParams,
  nowMs: number,
): UsageBucket[] => {
  const { from, days } = periodOf(query, nowMs);
  if (query.get('interval') === 'hourly') {
    const byHour = groupBy(
      selectUsage(all, query, nowMs).map(({ entry }) => entry),
      (entry) => entry.startedAt.slice(0, 13),
    );
    return Array.from({ length: days * 24 }, (_, index) => {
      const date = new Date(Date.parse(from) + index * 3_600_000).toISOString();
      return { date, ...sumUsage(byHour.get(date.slice(0, 13)) ?? []) };
    });
  }
  const byDay = groupBy(
    selectUsage(all, query, nowMs).map(({ entry }) => entry),
    (entry) => entry.startedAt.slice(0, 10),
  );
  return Array.from({ length: days }, (_, index) => {
    const date = dayOf(Date.parse(from) + index * DAY_MS);
    return { date, ...sumUsage(byDay.get(date) ?? []) };
  });
};

export const page = <Entry>(
  entries: readonly Entry[],
  query: URLSearchParams,
  defaultLimit: number,
): Paged<Entry> => {
  const limit = Number(query.get('limit') ?? defaultLimit);
  const offset = Number(query.get('offset') ?? 0);
  return { entries: entries.slice(offset, offset + limit), total: entries.length, limit, offset };
};

const byTokens = (left: UsageSums, right: UsageSums): number => right.total_tokens - left.total_tokens;

export const listModels = (exchanges: readonly FixtureExchange[]): UsageModel[] =>
  [
    ...groupBy(
      exchanges.map(({ entry }) => entry),
      (entry) => entry.model,
    ),
  ]
    .map(([model, entries]) => {
      const price = PRICES[model];
      return {
        model,
        provider: entries[0]?.provider ?? 'openai',
        ...sumUsage(entries),
        price: price
          ? {
              input: price.input,
              cached_input: price.cached,
              output: price.output,
              source: 'genai-prices 2026-11-18',
            }
          : null,
      };
    })
    .sort(byTokens);

export const listClients = (exchanges: readonly FixtureExchange[]): UsageClient[] =>
  [
    ...groupBy(
      exchanges.map(({ entry }) => entry),
      ({ client }) => `${client.name} ${client.version}`,
    ),
  ]
    .map(([, entries]) => {
      const last = entries.at(-1) as AuditEntry;
      return {
        name: last.client.name ?? '',
        ...(last.client.version ? { version: last.client.version } : {}),
        last_request_at: last.startedAt,
        ...sumUsage(entries),
      };
    })
    .sort(byTokens);

const unique = (values: ReadonlyArray<string | undefined>): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];

export const summarizeSession = (sessionId: string, exchanges: readonly FixtureExchange[]): UsageSession => {
  const entries = exchanges.map(({ entry }) => entry);
  const first = entries[0] as AuditEntry;
  const last = entries.at(-1) as AuditEntry;
  const title = exchanges[0]?.turn?.scenario.steps[0]?.user;
  return {
    session_id: sessionId,
    thread_ids: unique(entries.map(({ client }) => client.threadId)),
    started_at: first.startedAt,
    last_request_at: last.startedAt,
    ...(title ? { title } : {}),
    models: unique(entries.map(({ model }) => model)),
    clients: unique(entries.map(({ client }) => `${client.name}/${client.version}`)),
    max_context_tokens: Math.max(0, ...entries.map(({ usage }) => usage?.inputTokens ?? 0)),
    cache_losses: exchanges.filter(({ cacheLoss }) => cacheLoss).length,
    cache_loss_cost: lossCostOf(exchanges),
    running: last.durationMs === undefined,
    last_id: last.id,
    ...sumUsage(entries),
  };
};

export const listSessions = (exchanges: readonly FixtureExchange[], search: string): UsageSession[] =>
  [...groupBy(exchanges, ({ entry }) => entry.client.sessionId)]
    .map(([id, group]) => summarizeSession(id, group))
    .filter((session) => JSON.stringify(session).toLowerCase().includes(search.toLowerCase()))
    .sort((left, right) => (left.last_id < right.last_id ? 1 : -1));

const NAMES: Readonly<Record<string, string>> = {
  p03hd82ksl: 'anna',
  a9d77xk1b2: 'ci',
  '4f7k2m9q1x': 'lena',
};

const VALUES_OF: Readonly<Record<string, (entry: AuditEntry) => readonly string[]>> = {
  key: (entry) => [entry.keyId ?? ''],
  user_path: (entry) => [entry.userPath ?? ''],
  label: (entry) => entry.labels ?? [''],
  client: (entry) => [entry.client.name ?? ''],
};

/** Sums by what `by` says, most tokens first. */
export const listGroups = (exchanges: readonly FixtureExchange[], by: string): UsageGroup[] => {
  const valuesOf = VALUES_OF[by] ?? ((entry: AuditEntry) => [entry.model ?? '']);
  const pairs = exchanges.flatMap(({ entry }) => valuesOf(entry).map((value) => ({ value, entry })));
  return [...groupBy(pairs, ({ value }) => value)]
    .map(([value, group]) => ({
      group: value,
      sessions: new Set(group.map(({ entry }) => entry.client.sessionId)).size,
      ...(by === 'key' && value && { name: NAMES[value] ?? value }),
      last_request_at: group.at(-1)?.entry.startedAt ?? '',
      ...sumUsage(group.map(({ entry }) => entry)),
    }))
    .sort(byTokens);
};
