import type { CompareAnswer } from '../../../src/admin/api-types/compare.ts';
import type { ConversationAnswer } from '../../../src/admin/api-types/conversation.ts';
import type { AuditDetailAnswer, RelatedExchange } from '../../../src/admin/api-types/detail.ts';
import type { AuditLogAnswer, HitsAnswer } from '../../../src/admin/api-types/log.ts';
import { factsOfRecord } from '../../../src/log/facts.ts';
import { matchesFilter } from '../../../src/log/match-filter.ts';
import { type HeaderLines, isFailure } from '../../../src/log/record.ts';
import { holdsMeasures, type MeasureName, measureOf } from '../../../src/log/search/measure.ts';
import { parseSearch } from '../../../src/log/search/parse-search.ts';
import { promptsOf } from './answer-turns.ts';
import { page, summarizeSession } from './answer-usage.ts';
import { bodyText, storedBody } from './fixture-bodies.ts';
import { costOf, type FixtureExchange } from './fixture-exchange.ts';
import { sessionTurnOf, turnOf } from './fixture-turn.ts';

const FILTERS = [
  'model',
  'provider',
  'method',
  'path',
  'status_code',
  'error_type',
  'stream',
  'session',
  'client',
];

/** The exchanges of a query, newest first. */
export const selectExchanges = (
  all: readonly FixtureExchange[],
  query: URLSearchParams,
): FixtureExchange[] => {
  const searched = parseSearch(query.get('q') ?? '', Date.now());
  const filter = {
    ...Object.fromEntries(FILTERS.map((key) => [key, query.get(key) ?? ''])),
    ...searched.filter,
    search: '',
  };
  const search = searched.filter.search ?? query.get('search') ?? '';
  const { span, measures } = searched;
  const inBodies = query.get('in') === 'bodies';
  const until = query.get('until');
  const holds = (exchange: FixtureExchange) =>
    matchesFilter(exchange.entry, { search }) ||
    (inBodies &&
      ['request', 'response'].some((which) =>
        storedBody(exchange, which as 'request' | 'response')
          ?.toLowerCase()
          .includes(search.toLowerCase()),
      ));
  const from = query.get('start_date');
  const to = query.get('end_date');
  return all
    .filter(
      (exchange) =>
        (!until || exchange.entry.id <= until) &&
        (!from || exchange.entry.startedAt.slice(0, 10) >= from) &&
        (!to || exchange.entry.startedAt.slice(0, 10) <= to) &&
        (!span || Date.parse(exchange.entry.startedAt) >= span.fromMs) &&
        holdsMeasures(measures, factsOfRecord(exchange.entry), () => exchange.entry.costUsd) &&
        matchesFilter(exchange.entry, filter) &&
        holds(exchange),
    )
    .reverse();
};

const sortExchanges = (found: FixtureExchange[], query: URLSearchParams): FixtureExchange[] => {
  const sort = query.get('sort') as MeasureName | null;
  if (!sort) return found;
  const keyOf = ({ entry }: FixtureExchange): number =>
    measureOf(sort, factsOfRecord(entry), () => entry.costUsd) ?? Number.NEGATIVE_INFINITY;
  const sorted = found.sort((one, other) => keyOf(other) - keyOf(one));
  return query.get('order') === 'asc' ? sorted.reverse() : sorted;
};

/** Where exchanges say a text. */
export const answerHits = (all: readonly FixtureExchange[], query: URLSearchParams): HitsAnswer => {
  const text = (query.get('text') ?? '').toLowerCase();
  const hits = (query.get('ids') ?? '').split(',').flatMap((id) => {
    const exchange = all.find(({ entry }) => entry.id === id);
    for (const where of ['request', 'response'] as const) {
      const body = exchange && storedBody(exchange, where);
      const at = body?.toLowerCase().indexOf(text) ?? -1;
      if (!body || at < 0) continue;
      const end = at + text.length;
      const after = body.slice(end, end + 80);
      const before = body.slice(Math.max(0, at - 80), at);
      return [{ id, places: [{ where, before, match: body.slice(at, end), after }] }];
    }
    return [];
  });
  return { hits };
};

export const answerLog = (all: readonly FixtureExchange[], query: URLSearchParams): AuditLogAnswer => {
  const { entries, ...rest } = page(sortExchanges(selectExchanges(all, query), query), query, 25);
  return { entries: entries.map(({ entry }) => entry), ...rest };
};

const relate = ({ entry }: FixtureExchange): RelatedExchange => ({
  id: entry.id,
  startedAt: entry.startedAt,
  ...(entry.status === undefined ? {} : { status: entry.status }),
  ...(entry.response.finish ? { finish: entry.response.finish } : {}),
  failed: isFailure(entry),
});

const requestHeaders = ({ entry }: FixtureExchange): HeaderLines => [
  ['host', 'localhost:8080'],
  ['authorization', '[redacted]'],
  ['content-type', 'application/json'],
  ['accept', 'text/event-stream'],
  ['originator', entry.client.originator ?? ''],
  ['user-agent', `${entry.client.name}/${entry.client.version} (Debian 12.0.0; x86_64) xterm-256color`],
  ...(entry.request.encoding ? [['content-encoding', entry.request.encoding] as const] : []),
  ['content-length', String(entry.request.wireBytes ?? 0)],
  ...(entry.client.sessionId ? [['session-id', entry.client.sessionId] as const] : []),
  ['x-client-request-id', entry.clientRequestId ?? ''],
  [
    'x-codex-turn-metadata',
    JSON.stringify({
      turn_id: entry.client.turnId,
      session_id: entry.client.sessionId,
      request_kind: 'turn',
    }),
  ],
];

const responseHeaders = ({ entry }: FixtureExchange): HeaderLines => [
  [
    'content-type',
    entry.error && entry.response.finish !== 'truncated'
      ? 'application/json'
      : 'text/event-stream; charset=utf-8',
  ],
  ['x-request-id', entry.id],
  ['x-upstream-request-id', entry.upstreamRequestId ?? ''],
  ['openai-model', entry.model ?? ''],
  ['x-codex-primary-used-percent', '14'],
  ['server-timing', `gateway;dur=${entry.overheadMs ?? 0}`],
  ...(entry.error ? [['x-gomodel-error-origin', entry.error.origin] as const] : []),
];

export const answerDetail = (
  all: readonly FixtureExchange[],
  exchange: FixtureExchange,
  bodyLimit: number,
): AuditDetailAnswer => {
  const { entry } = exchange;
  const thread = all.filter(
    (other) => other.entry.client.threadId === entry.client.threadId && entry.client.threadId,
  );
  const place = thread.indexOf(exchange);
  const previous = thread[place - 1];
  const next = thread[place + 1];
  const sameTurn = (other: FixtureExchange | undefined): other is FixtureExchange =>
    other !== undefined && other.entry.client.turnId === entry.client.turnId;
  const failed = isFailure(entry) || entry.response.finish === 'aborted';
  const request = bodyText(storedBody(exchange, 'request'), bodyLimit).body;
  const response = bodyText(storedBody(exchange, 'response'), bodyLimit).body;
  const cost = costOf(entry);
  return {
    entry,
    requestHeaders: requestHeaders(exchange),
    responseHeaders: entry.durationMs === undefined ? [] : responseHeaders(exchange),
    ...(request ? { request } : {}),
    ...(response ? { response } : {}),
    retries: failed && sameTurn(next) ? [relate(next)] : [],
    ...(sameTurn(previous) && isFailure(previous.entry) ? { retryOf: relate(previous) } : {}),
    ...(previous ? { previous: relate(previous) } : {}),
    ...(next ? { next: relate(next) } : {}),
    ...(cost ? { cost } : {}),
    ...(exchange.cacheLoss ? { cacheLoss: exchange.cacheLoss } : {}),
    curl: `curl http://localhost:8080${entry.path} \\\n  -H "authorization: Bearer $OPENAI_API_KEY" \\\n  -H 'content-type: application/json' \\\n  --data-binary @- <<'EOF'\n{"model":"${entry.model}","stream":true,"input":[…]}\nEOF`,
  };
};

export const answerConversation = (
  all: readonly FixtureExchange[],
  query: URLSearchParams,
): ConversationAnswer | undefined => {
  const anchor = all.find(({ entry }) => entry.id === query.get('log_id'));
  const sessionId = query.get('session') ?? anchor?.entry.client.sessionId;
  const thread = sessionId
    ? all.filter(({ entry }) => entry.client.sessionId === sessionId)
    : anchor
      ? [anchor]
      : [];
  if (thread.length === 0) return undefined;
  const turn = Number(query.get('turn') ?? 0);
  const shown = turn > 0 ? (promptsOf(thread)[turn - 1] ?? []) : thread;
  const wish = new URLSearchParams(query);
  const limit = Number(wish.get('limit') ?? 50);
  const place = anchor ? shown.indexOf(anchor) : 0;
  if (!wish.has('offset')) wish.set('offset', String(place - (place % limit)));
  const { entries, ...rest } = page(shown, wish, 50);
  return {
    ...(anchor ? { anchor_id: anchor.entry.id } : {}),
    ...(sessionId ? { session_id: sessionId, session: summarizeSession(sessionId, thread) } : {}),
    turns: entries.map(sessionTurnOf),
    ...rest,
  };
};

/** Two exchanges side by side: their inputs have nothing in common here, their answers differ. */
export const answerCompare = (
  all: readonly FixtureExchange[],
  query: URLSearchParams,
): CompareAnswer | undefined => {
  const [left, right] = ['left', 'right'].map((side) =>
    all.find(({ entry }) => entry.id === query.get(side)),
  );
  if (!left || !right) return undefined;
  const [one, other] = [turnOf(left, true), turnOf(right, true)];
  return {
    left: left.entry,
    right: right.entry,
    input: [
      ...(one.earlier ?? []).map((item) => ({ kind: 'same' as const, item })),
      ...other.items.map((item) => ({ kind: 'different' as const, right: item })),
    ],
    output: one.output.map((item, place) => {
      const beside = other.output[place];
      return { kind: 'different' as const, left: item, ...(beside && { right: beside }) };
    }),
    difference: {
      cause: 'tools',
      where: 'tools[7] (web_search)',
      byteOffset: 21_806,
      before: 'false',
      after: 'true',
    },
    lost_tokens: 12_000,
    lost_cost: 0.0135,
  };
};
