import type { Facts } from '../../log/port.ts';
import type { Paged } from '../api-types/entry.ts';
import type { UsageGroupsQuery } from '../api-types/queries.ts';
import type { UsageGroup, UsageSums } from '../api-types/usage.ts';
import { readPeriod } from '../select/period.ts';
import { readChoice, readCount, readFilter, USAGE_FILTERS } from '../select/read-query.ts';
import type { LogDeps } from './log.ts';
import { GROUP_LIMIT, MAX_GROUPS, pageOf, readPage } from './paging.ts';
import { addToSums, createSums, eachFacts } from './usage-sums.ts';

type GroupBy = UsageGroupsQuery['by'];

/** What has none of what it is grouped by. */
const NONE = '';
const MAX_DEPTH = 32;

/** Its first parts: `/team/alpha` of `/team/alpha/anna` where two are wanted. */
const partsOf = (path: string, depth: number): string =>
  depth > 0
    ? `/${path
        .split('/')
        .slice(1, 1 + depth)
        .join('/')}`
    : path;

/** The groups that an exchange counts in: several where it has several labels. */
const GROUPS: Readonly<Record<GroupBy, (facts: Facts, depth: number) => readonly string[]>> = {
  key: ({ keyId = NONE }) => [keyId],
  user_path: ({ userPath }, depth) => [userPath === undefined ? NONE : partsOf(userPath, depth)],
  label: ({ labels }) => (labels === undefined ? [NONE] : [...new Set(labels)]),
  session: ({ sessionId, threadId }) => [sessionId ?? threadId ?? NONE],
  model: ({ model = NONE }) => [model],
  requested_model: ({ requestedModel = NONE }) => [requestedModel],
  sent_model: ({ sentModel = NONE }) => [sentModel],
  provider: ({ provider = NONE }) => [provider],
  client: ({ clientName = NONE }) => [clientName],
};
const BYS = Object.keys(GROUPS) as GroupBy[];

interface NamedGroup {
  readonly sums: UsageSums;
  readonly sessions: Set<string>;
  newestMs: number;
}

export interface GroupsDeps extends LogDeps {
  /** @param id of a managed key */
  readonly nameOfKey: (id: string) => string | undefined;
}

/** `GET usage/groups` */
export const answerGroups = async (deps: GroupsDeps, query: URLSearchParams): Promise<Paged<UsageGroup>> => {
  const wish = readPage(query, GROUP_LIMIT, MAX_GROUPS);
  const by = readChoice(query, 'by', BYS) ?? 'key';
  const depth = readCount(query, 'depth', 0, MAX_DEPTH);
  const prices = await deps.pricing();
  const groups = new Map<string, NamedGroup>();
  const selection = { span: readPeriod(query, deps.now()), filter: readFilter(query, USAGE_FILTERS) };
  await eachFacts(deps.log, selection, (facts) => {
    const billing = prices.bill(facts, facts.usage);
    const session = facts.sessionId ?? facts.threadId;
    for (const name of GROUPS[by](facts, depth)) {
      const group = groups.get(name) ?? { sums: createSums(), sessions: new Set(), newestMs: 0 };
      groups.set(name, group);
      addToSums(group.sums, facts, billing);
      group.newestMs = Math.max(group.newestMs, facts.startedAtMs);
      if (session !== undefined) group.sessions.add(session);
    }
  });
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
