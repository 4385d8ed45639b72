import type { CommonFacts, SummedLog, UsageCell } from '../../log/port.ts';

/** Exchanges that are alike, or one. */
export interface GroupedUse {
  readonly facts: CommonFacts;
  readonly requests: number;
  readonly newestMs: number;
  /** USD; undefined where none has a price. */
  readonly cost: number | undefined;
  /** Of the one. */
  readonly id?: string;
  /** What they were summed in. */
  readonly cell?: UsageCell;
}

interface Losses {
  readonly requests: number;
  readonly tokens: number;
  /** Undefined where no price is known. */
  readonly usd: number | undefined;
}

/** What a client, a person or a repository used. */
export interface FleetGroup {
  requests: number;
  cost: number | null;
  readonly people: Set<string>;
  /** When each was last used. */
  readonly clients: Map<string, number>;
  losses: Losses;
  newest: Pick<GroupedUse, 'newestMs' | 'id' | 'cell'> & { readonly facts: Newest };
}

/** What a group is told by: of the newest of it. */
type Newest = Pick<
  CommonFacts,
  | 'clientName'
  | 'clientVersion'
  | 'userPath'
  | 'policy'
  | 'sentModel'
  | 'requestedModel'
  | 'model'
  | 'provider'
>;

const MAX_ROWS = 200;
/** People of a group that are counted: beyond it, one more is no news. */
const MAX_PEOPLE = 10_000;
const NO_LOSSES: Losses = { requests: 0, tokens: 0, usd: undefined };

/** Facts may be a view of a row that is gone afterwards. */
const newestOf = ({ facts, newestMs, id, cell }: GroupedUse): FleetGroup['newest'] => ({
  newestMs,
  ...(id !== undefined && { id }),
  ...(cell && { cell }),
  facts: {
    clientName: facts.clientName,
    clientVersion: facts.clientVersion,
    userPath: facts.userPath,
    policy: facts.policy,
    sentModel: facts.sentModel,
    requestedModel: facts.requestedModel,
    model: facts.model,
    provider: facts.provider,
  },
});

/** One of the same millisecond has the greater id. */
const isNewer = (use: GroupedUse, { newestMs, id = '' }: FleetGroup['newest']): boolean =>
  use.newestMs > newestMs || (use.newestMs === newestMs && (use.id ?? '') > id);

const plus = (sum: number | undefined, more: number | undefined): number | undefined =>
  more === undefined ? sum : (sum ?? 0) + more;

/** Adds up what was used, by one thing. */
export const createFleetGroups = () => {
  const groups = new Map<string, FleetGroup>();
  return {
    add: (key: string, use: GroupedUse, person: string): FleetGroup => {
      const group = groups.get(key) ?? {
        ...{ requests: 0, cost: null, losses: NO_LOSSES, newest: newestOf(use) },
        ...{ people: new Set<string>(), clients: new Map<string, number>() },
      };
      groups.set(key, group);
      group.requests += use.requests;
      group.cost = plus(group.cost ?? undefined, use.cost) ?? null;
      if (group.people.size < MAX_PEOPLE) group.people.add(person);
      if (isNewer(use, group.newest)) group.newest = newestOf(use);
      return group;
    },
    addLoss: (key: string, { requests, tokens, usd }: Losses): void => {
      const group = groups.get(key);
      if (!group) return;
      const { losses } = group;
      group.losses = {
        requests: losses.requests + requests,
        tokens: losses.tokens + tokens,
        usd: plus(losses.usd, usd),
      };
    },
    /** By requests, most first. */
    rows: <Row>(map: (group: FleetGroup, key: string) => Row): Row[] =>
      [...groups]
        .sort(([, one], [, other]) => other.requests - one.requests)
        .slice(0, MAX_ROWS)
        .map(([key, group]) => map(group, key)),
  };
};

/** The id of the newest exchange in each group whose figures came from sums, where that row still exists. */
export const findNewestIds = async (
  summed: Pick<SummedLog, 'newestOf'>,
  groups: readonly FleetGroup[],
): Promise<ReadonlyMap<FleetGroup, string>> => {
  const cells = new Set(groups.flatMap(({ newest: { cell } }) => (cell ? [cell] : [])));
  const newest = await summed.newestOf([...cells]);
  const found = new Map<FleetGroup, string>();
  for (const group of groups) {
    const facts = group.newest.cell && newest.get(group.newest.cell);
    if (facts) found.set(group, facts.id);
  }
  return found;
};
