import { addUsed, findSums, showCells, type Used, usedOf } from '../../admin/answers/each-usage.ts';
import { createSums, eachFacts } from '../../admin/answers/usage-sums.ts';
import type { UsageSums } from '../../admin/api-types/usage.ts';
import type { Pricing } from '../../admin/cost/create-pricing.ts';
import { dayOf } from '../../base/time/local-day.ts';
import { startsOfDays } from '../../base/time/zoned-time.ts';
import type { CommonFacts, Facts, LogQuery, LogReader, SummedFacts, SummedLog } from '../../log/port.ts';

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

type Grouped = CommonFacts & Pick<Facts, 'startedAtMs'> & Partial<Pick<Facts, 'sessionId' | 'threadId'>>;

const clientOf = ({ clientName, clientVersion }: Grouped): string | undefined =>
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

const createNameOf = (by: UsageBy, timezone: string): ((facts: Grouped) => string | undefined) => {
  const day = createDayOf(timezone);
  const names: Readonly<Record<UsageBy, (facts: Grouped) => string | undefined>> = {
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
  readonly log: Pick<LogReader, 'facts' | 'summed'>;
  readonly query: LogQuery;
  readonly prices: Pricing;
  readonly by: UsageBy;
  /** IANA name; says where a day begins. */
  readonly timezone: string;
  /** Called for each exchange that was read, or each sum. */
  readonly onRead: () => void;
}

/** What each is told by. */
const FACTS: Readonly<Record<Exclude<UsageBy, 'session'>, SummedFacts>> = {
  day: 'models',
  model: 'models',
  'requested-model': 'models',
  'sent-model': 'models',
  provider: 'models',
  client: 'clients',
  key: 'people',
  path: 'people',
};

/** What sessions used, the exchanges alone can tell. */
const findSumsBy = async ({ log, query, prices, by, timezone }: GroupUsageInput) => {
  if (by === 'session') return undefined;
  const facts = FACTS[by];
  const summed = await findSums(log, query, prices, { facts });
  if (!summed || by !== 'day' || summed.cells.length === 0) return summed;
  return findSums(log, query, prices, {
    splitAt: startsOfDays(...spanOf(summed), timezone),
    facts,
    isRough: true,
  });
};

const spanOf = ({ cells }: SummedLog): readonly [oldestMs: number, newestMs: number] =>
  cells.reduce(
    ([oldest, newest], cell) => [Math.min(oldest, cell.oldestMs), Math.max(newest, cell.newestMs)] as const,
    [Number.POSITIVE_INFINITY, 0] as readonly [number, number],
  );

/** Sums up what was used, by one thing; the same figures as the dashboard's. */
export const groupUsage = async (input: GroupUsageInput): Promise<UsageTable> => {
  const { log, query, prices, by, timezone, onRead } = input;
  const nameOf = createNameOf(by, timezone);
  const groups = new Map<string | undefined, UsageGroup>();
  const total = createSums();
  const add = (facts: Grouped, used: Used): void => {
    onRead();
    const name = nameOf(facts);
    const group = groups.get(name) ?? { name, sums: createSums() };
    groups.set(name, group);
    addUsed(group.sums, used);
    addUsed(total, used);
  };
  const summed = await findSumsBy(input);
  if (summed) showCells(summed, prices, (used) => add({ ...used.facts, startedAtMs: used.oldestMs }, used));
  else await eachFacts(log, query, (facts) => add(facts, usedOf(facts, prices)));
  const order =
    by === 'day'
      ? (one: UsageGroup, other: UsageGroup) => ((one.name ?? '') < (other.name ?? '') ? -1 : 1)
      : (one: UsageGroup, other: UsageGroup) =>
          weightOf(other, total) - weightOf(one, total) || other.sums.requests - one.sums.requests;
  return { groups: [...groups.values()].sort(order), total };
};
