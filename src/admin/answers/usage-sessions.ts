import type { Paged, UsageSession } from '../api-types.ts';
import type { Facts } from '../select/facts.ts';
import { readPeriod } from '../select/period.ts';
import { readFilter, readText, USAGE_FILTERS } from '../select/read-query.ts';
import type { LogDeps } from './log.ts';
import { GROUP_LIMIT, MOST_GROUPS, pageOf, readPage } from './paging.ts';
import type { FindTitle } from './session-title.ts';
import { summarizeSession } from './summarize-session.ts';
import { eachFacts } from './usage-sums.ts';

export interface SessionsDeps extends LogDeps {
  readonly findTitle: FindTitle;
}

interface Session {
  readonly id: string;
  readonly facts: Facts[];
  newestId: string;
}

const holdsText = ({ id, facts }: Session, search: string): boolean => {
  const wanted = search.toLowerCase();
  const texts = facts.flatMap(({ model, clientName, clientVersion }) => [
    model,
    `${clientName}/${clientVersion}`,
  ]);
  return [id, ...new Set(texts)].some((text) => text?.toLowerCase().includes(wanted));
};

/** `GET usage/sessions` */
export const answerSessions = async (
  { index, pricing, now, findTitle }: SessionsDeps,
  query: URLSearchParams,
): Promise<Paged<UsageSession>> => {
  const span = readPeriod(query, now());
  const filter = readFilter(query, USAGE_FILTERS);
  const wish = readPage(query, GROUP_LIMIT, MOST_GROUPS);
  const search = readText(query, 'search');
  const [prices] = await Promise.all([pricing(), index.refresh()]);
  const sessions = new Map<string, Session>();
  await eachFacts(index, { span, filter }, (facts) => {
    const id = facts.sessionId ?? facts.threadId;
    if (id === undefined) return;
    const session = sessions.get(id) ?? { id, facts: [], newestId: '' };
    sessions.set(id, session);
    session.facts.push(facts);
    if (facts.id > session.newestId) session.newestId = facts.id;
  });
  const wanted = [...sessions.values()]
    .filter((session) => search === undefined || holdsText(session, search))
    .sort((one, other) => (one.newestId < other.newestId ? 1 : -1));
  const { entries, ...rest } = pageOf(wanted, wish);
  const summarized: UsageSession[] = [];
  for (const { id, facts } of entries) {
    facts.sort((one, other) => (one.id < other.id ? -1 : 1));
    summarized.push(summarizeSession(id, facts, prices, await findTitle(facts)));
  }
  return { entries: summarized, ...rest };
};
