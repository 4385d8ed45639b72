import type { GatewayConfig } from '../../config/load-config.ts';
import type { Policy } from '../../config/policy.ts';
import { compilePolicy, versionOf } from '../../fleet/compile-policy.ts';
import type { ExchangeRecord } from '../../log/port.ts';
import type {
  Enrolled,
  FleetAnswer,
  FleetClient,
  FleetOtherModel,
  FleetPerson,
  FleetRepository,
  FleetUse,
} from '../api-types/fleet.ts';
import { billOf, type Pricing, pricedBy } from '../cost/create-pricing.ts';
import { lostTokens, priceLoss } from '../cost/lost-tokens.ts';
import { sumOf } from '../cost/price-book.ts';
import { readPeriod } from '../select/period.ts';
import type { LogDeps } from './log.ts';

export interface FleetDeps extends Pick<LogDeps, 'log' | 'pricing' | 'now'> {
  readonly config: Pick<GatewayConfig, 'policy'>;
  /** @param id of a managed key */
  readonly nameOfKey: (id: string) => string | undefined;
}

/** More take seconds to read, and the newest ones tell who works with what now. */
const MAX_EXCHANGES = 20_000;
const MAX_ROWS = 200;
/** Contexts that are remembered to find what was lost of them. */
const MAX_THREADS = 20_000;

interface Group extends FleetUse {
  readonly people: Set<string>;
  readonly clients: Set<string>;
  losses: number;
  lostTokens: number;
  lostCost: number | null;
  newest: ExchangeRecord;
}

const plus = (sum: number | null, more: number | undefined): number | null =>
  more === undefined ? sum : (sum ?? 0) + more;

/** Who asks: a key, else the path that a request names, else how it was let in. */
const personOf = ({ keyId, userPath, auth }: ExchangeRecord): string => keyId ?? userPath ?? auth ?? 'none';

const clientOf = ({ client }: ExchangeRecord): string | undefined =>
  client.name === undefined ? undefined : `${client.name} ${client.version ?? ''}`.trimEnd();

const createGroups = () => {
  const groups = new Map<string, Group>();
  return {
    add: (key: string, record: ExchangeRecord, cost: number | undefined): Group => {
      const found = groups.get(key);
      const group: Group = found ?? {
        ...{
          requests: 0,
          cost: null,
          last_request_at: '',
          last_id: '',
          losses: 0,
          lostTokens: 0,
          lostCost: null,
        },
        ...{ people: new Set(), clients: new Set(), newest: record },
      };
      if (!found) groups.set(key, group);
      group.requests++;
      group.cost = plus(group.cost, cost);
      group.people.add(personOf(record));
      if (record.id >= group.last_id) {
        group.last_id = record.id;
        group.last_request_at = record.startedAt;
        group.newest = record;
      }
      return group;
    },
    rows: <Row>(map: (group: Group, key: string) => Row): Row[] =>
      [...groups]
        .sort(([, one], [, other]) => other.requests - one.requests)
        .slice(0, MAX_ROWS)
        .map(([key, group]) => map(group, key)),
  };
};

const useOf = ({ requests, cost, last_request_at, last_id }: Group): FleetUse => ({
  requests,
  cost,
  last_request_at,
  last_id,
});

/** What a request paid for again of what its thread had in its context. */
const createLosses = (prices: Pricing) => {
  const contexts = new Map<string, number>();
  return (
    record: ExchangeRecord,
  ): { readonly tokens: number; readonly usd: number | undefined } | undefined => {
    const { client, usage } = record;
    const thread = client.threadId ?? client.sessionId;
    if (thread === undefined || !usage?.inputTokens) return undefined;
    const tokens = lostTokens(contexts.get(thread), usage);
    contexts.delete(thread);
    contexts.set(thread, usage.inputTokens);
    if (contexts.size > MAX_THREADS) contexts.delete(contexts.keys().next().value ?? '');
    return tokens > 0 ? priceLoss(prices, pricedBy(record), usage, tokens) : undefined;
  };
};

/** All versions that somebody may be given now. */
const versionsOf = (policy: Policy): readonly string[] =>
  [[], ...policy.groups.map(({ name }) => [name])].map((groups) => versionOf(compilePolicy(policy, groups)));

const enrolledBy = (named: string | undefined, versions: readonly string[]): Enrolled => {
  if (versions.length === 0) return 'unknown';
  if (named === undefined) return 'no';
  return versions.includes(named) ? 'current' : 'old';
};

/** `GET fleet`: who works with what, and what became of it. */
export const answerFleet = async (
  { log, pricing, now, config, nameOfKey }: FleetDeps,
  query: URLSearchParams,
): Promise<FleetAnswer> => {
  const period = readPeriod(query, now());
  const prices = await pricing();
  const [clients, people, repositories, others] = [
    createGroups(),
    createGroups(),
    createGroups(),
    createGroups(),
  ];
  const lossOf = createLosses(prices);
  let exchanges = 0;
  for await (const records of log.list({ span: period }, { newest: MAX_EXCHANGES })) {
    for (const record of records) {
      exchanges++;
      if (record.probe || record.auth === 'rejected') continue;
      const { kind, cost } = billOf(prices, record);
      const usd = kind === 'metered' && cost ? sumOf(cost) : undefined;
      const client = clientOf(record);
      const person = people.add(personOf(record), record, usd);
      if (record.client.repository !== undefined) repositories.add(record.client.repository, record, usd);
      if (record.findings?.includes('other_model')) {
        others.add(JSON.stringify([record.sentModel ?? record.requestedModel, record.model]), record, usd);
      }
      const loss = lossOf(record);
      if (client === undefined) continue;
      // The newest one comes first.
      person.clients.delete(client);
      person.clients.add(client);
      const group = clients.add(client, record, usd);
      if (!loss) continue;
      group.losses++;
      group.lostTokens += loss.tokens;
      group.lostCost = plus(group.lostCost, loss.usd);
    }
  }
  const versions = config.policy ? versionsOf(config.policy) : [];
  return {
    start_date: period.startDate,
    end_date: period.endDate,
    exchanges,
    is_whole: exchanges < MAX_EXCHANGES,
    ...(versions[0] !== undefined && { policy: versions[0] }),
    clients: clients.rows(
      (group): FleetClient => ({
        name: group.newest.client.name ?? '',
        ...(group.newest.client.version !== undefined && { version: group.newest.client.version }),
        ...useOf(group),
        people: group.people.size,
        cache_losses: group.losses,
        lost_tokens: group.lostTokens,
        lost_cost: group.lostCost,
      }),
    ),
    people: people.rows((group, id): FleetPerson => {
      const name = nameOfKey(id);
      const { userPath, client } = group.newest;
      return {
        id,
        ...(name !== undefined && { name }),
        ...(userPath !== undefined && { user_path: userPath }),
        ...useOf(group),
        clients: [...group.clients].reverse().slice(0, 10),
        enrolled: enrolledBy(client.policy, versions),
        ...(client.policy !== undefined && { policy: client.policy }),
      };
    }),
    repositories: repositories.rows(
      (group, repository): FleetRepository => ({ repository, ...useOf(group), people: group.people.size }),
    ),
    other_models: others.rows(
      (group): FleetOtherModel => ({
        asked: group.newest.sentModel ?? group.newest.requestedModel ?? '',
        served: group.newest.model ?? '',
        ...(group.newest.provider !== undefined && { provider: group.newest.provider }),
        ...useOf(group),
      }),
    ),
  };
};
