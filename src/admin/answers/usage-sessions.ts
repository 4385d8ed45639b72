import {
  type Facts,
  keepFacts,
  type LogQuery,
  type SessionsWish,
  type SessionUse,
  type TimeSpan,
} from '../../log/port.ts';
import type { Paged } from '../api-types/entry.ts';
import type { UsageSession } from '../api-types/usage.ts';
import { readPeriod } from '../select/period.ts';
import { readFilter, readText, USAGE_FILTERS } from '../select/read-query.ts';
import type { LogDeps } from './log.ts';
import { GROUP_LIMIT, MAX_GROUPS, readPage } from './paging.ts';
import type { FindTitle } from './session-title.ts';
import { summarizeSession } from './summarize-session.ts';
import { eachFacts } from './usage-sums.ts';

export interface SessionsDeps extends LogDeps {
  readonly findTitle: FindTitle;
}

interface Session {
  readonly sessionId: string;
  oldestMs: number;
  newestMs: number;
  /** Models, by each of their names, and clients. */
  readonly names: Set<string>;
}

const sessionOf = ({ sessionId, threadId }: Facts): string | undefined => sessionId ?? threadId;

const holdsText = ({ sessionId, names }: Session, search: string): boolean => {
  const wanted = search.toLowerCase();
  return [sessionId, ...names].some((text) => text.toLowerCase().includes(wanted));
};

/** When some sessions were used, within a span. */
const spanOf = (sessions: readonly SessionUse[], { fromMs, toMs }: TimeSpan): TimeSpan => ({
  fromMs: Math.max(fromMs, Math.min(...sessions.map(({ oldestMs }) => oldestMs))),
  // What runs may have begun since.
  toMs,
});

/** The sessions of a query, found by reading all of its exchanges; those that were used last come first. */
const findSessions = async (
  log: LogDeps['log'],
  query: LogQuery,
  { limit, offset, search }: SessionsWish,
): Promise<{ readonly sessions: readonly SessionUse[]; readonly total: number }> => {
  const sessions = new Map<string, Session>();
  await eachFacts(log, query, (facts) => {
    const sessionId = sessionOf(facts);
    if (sessionId === undefined) return;
    const { startedAtMs } = facts;
    const session = sessions.get(sessionId) ?? {
      sessionId,
      oldestMs: startedAtMs,
      newestMs: startedAtMs,
      names: new Set<string>(),
    };
    sessions.set(sessionId, session);
    session.oldestMs = Math.min(session.oldestMs, startedAtMs);
    session.newestMs = Math.max(session.newestMs, startedAtMs);
    if (search === undefined) return;
    const { model, requestedModel, sentModel, clientName, clientVersion } = facts;
    const client = clientName === undefined ? undefined : `${clientName}/${clientVersion ?? ''}`;
    for (const name of [model, requestedModel, sentModel, client]) {
      if (name !== undefined) session.names.add(name);
    }
  });
  const wanted = [...sessions.values()]
    .filter((session) => search === undefined || holdsText(session, search))
    .sort((one, other) => other.newestMs - one.newestMs);
  return { sessions: wanted.slice(offset, offset + limit), total: wanted.length };
};

/** `GET usage/sessions` */
export const answerSessions = async (
  { log, pricing, now, findTitle }: Omit<SessionsDeps, 'searchBodies'>,
  query: URLSearchParams,
): Promise<Paged<UsageSession>> => {
  const span = readPeriod(query, now());
  const filter = readFilter(query, USAGE_FILTERS);
  const wish = readPage(query, GROUP_LIMIT, MAX_GROUPS);
  const search = readText(query, 'search');
  const prices = await pricing();
  const summed = await log.summedSessions?.({ span, filter });
  const { sessions, total } = summed
    ? await summed.sessions({ ...wish, search })
    : await findSessions(log, { span, filter }, { ...wish, search });
  const shown = new Map<string, Facts[]>(sessions.map(({ sessionId }) => [sessionId, []]));
  // A second reading, of what is shown alone: to keep the facts of all would take too much memory.
  if (sessions.length > 0) {
    await eachFacts(
      log,
      { span: spanOf(sessions, span), filter, sessions: new Set(shown.keys()) },
      (facts) => {
        shown.get(sessionOf(facts) ?? '')?.push(keepFacts(facts));
      },
    );
  }
  const summarized: UsageSession[] = [];
  for (const [id, facts] of shown) {
    // Retention may have been quicker.
    if (facts.length === 0) continue;
    facts.sort((one, other) => (one.id < other.id ? -1 : 1));
    summarized.push(summarizeSession(id, facts, prices, await findTitle(facts)));
  }
  return { entries: summarized, total, ...wish };
};
