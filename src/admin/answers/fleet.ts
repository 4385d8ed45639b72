import type { GatewayConfig } from '../../config/load-config.ts';
import type { Policy } from '../../config/policy.ts';
import { compilePolicy, versionOf } from '../../fleet/compile-policy.ts';
import type { Enrolled, FleetAnswer, FleetClient, FleetPerson, FleetUse } from '../api-types/fleet.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { priceLoss } from '../cost/lost-tokens.ts';
import { sumOf } from '../cost/price-book.ts';
import { createThreadLosses } from '../cost/thread-losses.ts';
import { type Period, readPeriod } from '../select/period.ts';
import { findSums, showCells, usedOf } from './each-usage.ts';
import { createFleetGroups, type FleetGroup, findNewestIds, type GroupedUse } from './fleet-groups.ts';
import type { LogDeps } from './log.ts';
import { eachFacts } from './usage-sums.ts';

export interface FleetDeps extends Pick<LogDeps, 'log' | 'pricing' | 'now'> {
  readonly config: Pick<GatewayConfig, 'policy'>;
  /** @param id of a managed key */
  readonly nameOfKey: (id: string) => string | undefined;
}

const MAX_CLIENTS = 10;

type Facts = GroupedUse['facts'];

/** Who asks: a key, else the path that a request names, else how it was let in. */
const personOf = ({ keyId, userPath, auth }: Facts): string => keyId ?? userPath ?? auth ?? 'none';

const clientOf = ({ clientName, clientVersion }: Pick<Facts, 'clientName' | 'clientVersion'>): string =>
  `${clientName} ${clientVersion ?? ''}`.trimEnd();

/** All versions that somebody may be given now. */
const versionsOf = (policy: Policy): readonly string[] =>
  [[], ...policy.groups.map(({ name }) => [name])].map((groups) => versionOf(compilePolicy(policy, groups)));

const enrolledBy = (named: string | undefined, versions: readonly string[]): Enrolled => {
  if (versions.length === 0) return 'unknown';
  if (named === undefined) return 'no';
  return versions.includes(named) ? 'current' : 'old';
};

const createFleet = () => {
  const clients = createFleetGroups();
  const people = createFleetGroups();
  const repositories = createFleetGroups();
  const others = createFleetGroups();
  let exchanges = 0;
  return {
    ...{ clients, people, repositories, others },
    count: () => exchanges,
    add: (use: GroupedUse): void => {
      const { facts, requests } = use;
      exchanges += requests;
      if (facts.auth === 'rejected') return;
      const who = personOf(facts);
      const person = people.add(who, use, who);
      if (facts.repository !== undefined) repositories.add(facts.repository, use, who);
      if (facts.hasOtherModel) {
        others.add(JSON.stringify([facts.sentModel ?? facts.requestedModel, facts.model]), use, who);
      }
      if (facts.clientName === undefined) return;
      const client = clientOf(facts);
      person.clients.set(client, Math.max(person.clients.get(client) ?? 0, use.newestMs));
      clients.add(client, use, who);
    },
    addLoss: (client: Pick<Facts, 'clientName' | 'clientVersion'>, loss: FleetGroup['losses']): void => {
      if (client.clientName !== undefined) clients.addLoss(clientOf(client), loss);
    },
  };
};
type Fleet = ReturnType<typeof createFleet>;

/** From the sums of the log. @returns false where it keeps none */
const addSums = async (
  log: FleetDeps['log'],
  span: Period,
  prices: Pricing,
  fleet: Fleet,
): Promise<{ readonly newestIds: Awaited<ReturnType<typeof findNewestIds>> } | undefined> => {
  const summed = await findSums(log, { span }, prices);
  if (!summed) return undefined;
  showCells(summed, prices, ({ billing, ...used }, cell) => {
    const cost = billing.kind === 'metered' && billing.cost ? sumOf(billing.cost) : undefined;
    fleet.add({ ...used, cost, cell });
    if (cell.cacheLosses === 0 || used.facts.auth === 'rejected') return;
    const priced = { ...used.facts, startedAtMs: used.newestMs };
    const { usd } = priceLoss(prices, priced, used.usage, cell.lostTokens, cell.maxInputTokens);
    fleet.addLoss(used.facts, { requests: cell.cacheLosses, tokens: cell.lostTokens, usd });
  });
  const shown = [fleet.clients, fleet.people, fleet.repositories, fleet.others].flatMap((groups) =>
    groups.rows((group) => group),
  );
  return { newestIds: await findNewestIds(summed, shown) };
};

/** From each exchange. @returns false where too many were asked to look for the lost caches of all */
const addFacts = async (
  log: FleetDeps['log'],
  span: Period,
  prices: Pricing,
  fleet: Fleet,
): Promise<boolean> => {
  const losses = createThreadLosses(prices);
  await eachFacts(log, { span }, (facts) => {
    const { billing, ...used } = usedOf(facts, prices);
    const cost = billing.kind === 'metered' && billing.cost ? sumOf(billing.cost) : undefined;
    fleet.add({ ...used, cost, id: facts.id });
    if (facts.auth !== 'rejected') losses.add(facts);
  });
  losses.each((client, { tokens, usd }) => fleet.addLoss(client, { requests: 1, tokens, usd }));
  return losses.isWhole();
};

/** `GET fleet`: who works with what, and what became of it. */
export const answerFleet = async (
  { log, pricing, now, config, nameOfKey }: FleetDeps,
  query: URLSearchParams,
): Promise<FleetAnswer> => {
  const period = readPeriod(query, now());
  const prices = await pricing();
  const fleet = createFleet();
  const sums = await addSums(log, period, prices, fleet);
  const isWhole = sums !== undefined || (await addFacts(log, period, prices, fleet));
  const useOf = (group: FleetGroup): FleetUse => {
    const last_id = group.newest.id ?? sums?.newestIds.get(group);
    const { requests, cost } = group;
    return {
      ...{ requests, cost, last_request_at: new Date(group.newest.newestMs).toISOString() },
      ...(last_id !== undefined && { last_id }),
    };
  };
  const versions = config.policy ? versionsOf(config.policy) : [];
  return {
    start_date: period.startDate,
    end_date: period.endDate,
    exchanges: fleet.count(),
    is_whole: isWhole,
    ...(versions[0] !== undefined && { policy: versions[0] }),
    clients: fleet.clients.rows(
      (group): FleetClient => ({
        name: group.newest.facts.clientName ?? '',
        ...(group.newest.facts.clientVersion !== undefined && { version: group.newest.facts.clientVersion }),
        ...useOf(group),
        people: group.people.size,
        cache_losses: group.losses.requests,
        lost_tokens: group.losses.tokens,
        lost_cost: group.losses.usd ?? null,
      }),
    ),
    people: fleet.people.rows((group, id): FleetPerson => {
      const name = nameOfKey(id);
      const { userPath, policy } = group.newest.facts;
      const clients = [...group.clients].sort(([, one], [, other]) => other - one);
      return {
        id,
        ...(name !== undefined && { name }),
        ...(userPath !== undefined && { user_path: userPath }),
        ...useOf(group),
        clients: clients.slice(0, MAX_CLIENTS).map(([client]) => client),
        enrolled: enrolledBy(policy, versions),
        ...(policy !== undefined && { policy }),
      };
    }),
    repositories: fleet.repositories.rows((group, repository) => ({
      repository,
      ...useOf(group),
      people: group.people.size,
    })),
    other_models: fleet.others.rows((group) => ({
      asked: group.newest.facts.sentModel ?? group.newest.facts.requestedModel ?? '',
      served: group.newest.facts.model ?? '',
      ...(group.newest.facts.provider !== undefined && { provider: group.newest.facts.provider }),
      ...useOf(group),
    })),
  };
};
