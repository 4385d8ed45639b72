import type { CommonFacts, Facts, SummedFacts } from '../../log/port.ts';
import type { Paged } from '../api-types/entry.ts';
import type { UsageGroupsQuery } from '../api-types/queries.ts';
import type { UsageGroup, UsageSums } from '../api-types/usage.ts';
import { readPeriod } from '../select/period.ts';
import { readChoice, readCount, readFilter, USAGE_FILTERS } from '../select/read-query.ts';
import { addUsed, findSums, showCells, type Used, usedOf } from './each-usage.ts';
import type { LogDeps } from './log.ts';
import { GROUP_LIMIT, MAX_GROUPS, pageOf, readPage } from './paging.ts';
import { createSums, eachFacts } from './usage-sums.ts';

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
type Grouped = CommonFacts & Partial<Pick<Facts, 'sessionId' | 'threadId'>>;

const GROUPS: Readonly<Record<GroupBy, (facts: Grouped, depth: number) => readonly string[]>> = {
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

/** What a group is told by. */
const FACTS: Readonly<Record<Exclude<GroupBy, 'session'>, SummedFacts>> = {
  key: 'people',
  user_path: 'people',
  label: 'people',
  model: 'models',
  requested_model: 'models',
  sent_model: 'models',
  provider: 'models',
  client: 'clients',
};

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
  const counts = new Map<string, number>();
  const selection = { span: readPeriod(query, deps.now()), filter: readFilter(query, USAGE_FILTERS) };
  const add = (facts: Grouped, used: Used): readonly NamedGroup[] =>
    GROUPS[by](facts, depth).map((name) => {
      const group = groups.get(name) ?? { sums: createSums(), sessions: new Set(), newestMs: 0 };
      groups.set(name, group);
      addUsed(group.sums, used);
      group.newestMs = Math.max(group.newestMs, used.newestMs);
      return group;
    });
  // What sessions used, the exchanges alone can tell.
  const [summed, counted] =
    by === 'session'
      ? []
      : await Promise.all([
          findSums(deps.log, selection, prices, { facts: FACTS[by] }),
          deps.log
            .summedSessions?.(selection)
            .then((sessions) => sessions?.countSessions((facts) => GROUPS[by](facts, depth))),
        ]);
  if (summed && counted) {
    showCells(summed, prices, (used) => add(used.facts, used));
    for (const [name, count] of counted) counts.set(name, count);
  } else {
    await eachFacts(deps.log, selection, (facts) => {
      const session = facts.sessionId ?? facts.threadId;
      for (const group of add(facts, usedOf(facts, prices))) {
        if (session !== undefined) group.sessions.add(session);
      }
    });
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
        sessions: counts.get(group) ?? sessions.size,
        last_request_at: new Date(newestMs).toISOString(),
      };
    }),
    ...rest,
  };
};
