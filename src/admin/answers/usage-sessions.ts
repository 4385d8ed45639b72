import { type CommonFacts, type Facts, keepFacts, type TimeSpan } from '../../log/port.ts';
import type { Paged } from '../api-types/entry.ts';
import type { UsageSession } from '../api-types/usage.ts';
import { readPeriod } from '../select/period.ts';
import { readFilter, readText, USAGE_FILTERS } from '../select/read-query.ts';
import type { LogDeps } from './log.ts';
import { GROUP_LIMIT, MAX_GROUPS, pageOf, readPage } from './paging.ts';
import type { FindTitle } from './session-title.ts';
import { summarizeSession } from './summarize-session.ts';
import { eachFacts } from './usage-sums.ts';

export interface SessionsDeps extends LogDeps {
  readonly findTitle: FindTitle;
}

interface Session {
  readonly id: string;
  oldestMs: number;
  newestMs: number;
  /** Models, by each of their names, and clients. */
  readonly names: Set<string>;
}

const sessionOf = ({ sessionId, threadId }: Facts): string | undefined => sessionId ?? threadId;

const holdsText = ({ id, names }: Session, search: string): boolean => {
  const wanted = search.toLowerCase();
  return [id, ...names].some((text) => text.toLowerCase().includes(wanted));
};

/** When some sessions were used, within a span. */
const spanOf = (sessions: readonly Session[], { fromMs, toMs }: TimeSpan): TimeSpan => ({
  fromMs: Math.max(fromMs, Math.min(...sessions.map(({ oldestMs }) => oldestMs))),
  // What runs may have begun since.
  toMs,
});

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
  const sessions = new Map<string, Session>();
  const add = (id: string, oldestMs: number, newestMs: number, by: readonly CommonFacts[]): void => {
    const session = sessions.get(id) ?? { id, oldestMs, newestMs, names: new Set<string>() };
    sessions.set(id, session);
    session.oldestMs = Math.min(session.oldestMs, oldestMs);
    session.newestMs = Math.max(session.newestMs, newestMs);
    if (search === undefined) return;
    for (const { model, requestedModel, sentModel, clientName, clientVersion } of by) {
      for (const name of [model, requestedModel, sentModel, `${clientName}/${clientVersion}`]) {
        if (name !== undefined) session.names.add(name);
      }
    }
  };
  const summed = await log.summed?.({ span, filter });
  if (summed) {
    for (const { sessionId, oldestMs, newestMs, by } of await summed.sessions()) {
      add(sessionId, oldestMs, newestMs, by);
    }
  } else {
    await eachFacts(log, { span, filter }, (facts) => {
      const id = sessionOf(facts);
      if (id !== undefined) add(id, facts.startedAtMs, facts.startedAtMs, [facts]);
    });
  }
  const wanted = [...sessions.values()]
    .filter((session) => search === undefined || holdsText(session, search))
    .sort((one, other) => other.newestMs - one.newestMs);
  const { entries, ...rest } = pageOf(wanted, wish);
  const shown = new Map<string, Facts[]>(entries.map(({ id }) => [id, []]));
  // A second reading, of what is shown alone: to keep the facts of all would take too much memory.
  if (entries.length > 0) {
    await eachFacts(
      log,
      { span: spanOf(entries, span), filter, sessions: new Set(shown.keys()) },
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
  return { entries: summarized, ...rest };
};
