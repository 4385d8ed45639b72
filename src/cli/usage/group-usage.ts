import { addToSums, createSums, eachFacts } from '../../admin/answers/usage-sums.ts';
import type { UsageSums } from '../../admin/api-types/usage.ts';
import type { Pricing } from '../../admin/cost/create-pricing.ts';
import { dayOf } from '../../base/local-day.ts';
import type { Facts, LogQuery, LogReader } from '../../log/port.ts';

/** What usage can be told by. */
export const USAGE_BY = [
  'day',
  'model',
  'requested-model',
  'sent-model',
  'provider',
  'client',
  'session',
  'key',
  'path',
] as const;
export type UsageBy = (typeof USAGE_BY)[number];

export interface UsageGroup {
  /** Undefined for what has none: a request without a key, a client without a name. */
  readonly name: string | undefined;
  readonly sums: UsageSums;
}

export interface UsageTable {
  /** By day in order, by anything else what cost or used most first. */
  readonly groups: readonly UsageGroup[];
  readonly total: UsageSums;
}

const clientOf = ({ clientName, clientVersion }: Facts): string | undefined =>
  clientName === undefined || clientVersion === undefined ? clientName : `${clientName} ${clientVersion}`;

/** Days of a quarter of an hour are the same: asking the calendar for each exchange costs more than all else. */
const createDayOf = (timezone: string): ((ms: number) => string) => {
  const known = new Map<number, string>();
  return (ms) => {
    const quarter = Math.floor(ms / 900_000);
    const day = known.get(quarter) ?? dayOf(ms, timezone);
    known.set(quarter, day);
    return day;
  };
};

const createNameOf = (by: UsageBy, timezone: string): ((facts: Facts) => string | undefined) => {
  const day = createDayOf(timezone);
  const names: Readonly<Record<UsageBy, (facts: Facts) => string | undefined>> = {
    day: ({ startedAtMs }) => day(startedAtMs),
    model: ({ model }) => model,
    'requested-model': ({ requestedModel }) => requestedModel,
    'sent-model': ({ sentModel }) => sentModel,
    provider: ({ provider }) => provider,
    client: clientOf,
    session: ({ sessionId, threadId }) => sessionId ?? threadId,
    key: ({ keyId }) => keyId,
    path: ({ userPath }) => userPath ?? '/',
  };
  return names[by];
};

/** What a group weighs: its cost, or where nothing has a price its tokens. */
export const weightOf = ({ sums }: UsageGroup, total: UsageSums): number =>
  total.total_cost === null ? sums.total_tokens : (sums.total_cost ?? 0);

export interface GroupUsageInput {
  readonly log: Pick<LogReader, 'facts'>;
  readonly query: LogQuery;
  readonly prices: Pricing;
  readonly by: UsageBy;
  /** IANA name; says where a day begins. */
  readonly timezone: string;
  /** Called for each exchange that was read. */
  readonly onRead: () => void;
}

/** Sums up what was used, by one thing; the same figures as the dashboard's. */
export const groupUsage = async (input: GroupUsageInput): Promise<UsageTable> => {
  const { log, query, prices, by, timezone, onRead } = input;
  const nameOf = createNameOf(by, timezone);
  const groups = new Map<string | undefined, UsageGroup>();
  const total = createSums();
  await eachFacts(log, query, (facts) => {
    onRead();
    const name = nameOf(facts);
    const group = groups.get(name) ?? { name, sums: createSums() };
    groups.set(name, group);
    const billing = prices.bill(facts, facts.usage);
    addToSums(group.sums, facts, billing);
    addToSums(total, facts, billing);
  });
  const order =
    by === 'day'
      ? (one: UsageGroup, other: UsageGroup) => ((one.name ?? '') < (other.name ?? '') ? -1 : 1)
      : (one: UsageGroup, other: UsageGroup) =>
          weightOf(other, total) - weightOf(one, total) || other.sums.requests - one.sums.requests;
  return { groups: [...groups.values()].sort(order), total };
};
