import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SessionAnswer } from '../../../src/admin/api-types/access.ts';
import {
  answerCompare,
  answerConversation,
  answerDetail,
  answerHits,
  answerLog,
  selectExchanges,
} from './answer-audit.ts';
import { answerFleet } from './answer-fleet.ts';
import { answerCodex, answerConfig, answerDoctor, answerProviders } from './answer-gateway.ts';
import { answerAdminLog, answerBudgets, answerKeys, answerSignIns } from './answer-manage.ts';
import { answerTurns, answerWork } from './answer-turns.ts';
import {
  answerDaily,
  answerSummary,
  listClients,
  listGroups,
  listModels,
  listSessions,
  page,
  selectUsage,
} from './answer-usage.ts';
import { storedBody } from './fixture-bodies.ts';
import type { FixtureExchange } from './fixture-exchange.ts';
import type { FixtureFeed } from './fixture-feed.ts';
import type { FixtureLogin } from './fixture-login.ts';
import { turnOf } from './fixture-turn.ts';
import { sendError, sendJson } from './send-json.ts';

export const API = '/admin/api/v1/';

export interface FixtureState {
  /** Oldest first. */
  readonly exchanges: FixtureExchange[];
  readonly feed: FixtureFeed;
  readonly login: FixtureLogin;
  readonly startedAtMs: number;
  /** Says that Codex's config names this gateway. */
  connected: boolean;
  /** What the viewer may do. */
  role: NonNullable<SessionAnswer['role']>;
  /** Answers everything with 500 while true. */
  broken: boolean;
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

const answerExchange = (
  state: FixtureState,
  path: string[],
  query: URLSearchParams,
  response: ServerResponse,
): ServerResponse => {
  const [id, part, which] = path;
  const exchange = state.exchanges.find(({ entry }) => entry.id === id);
  if (!exchange)
    return sendError(response, 404, 'unknown_exchange', `gomodel-ts: the log holds no exchange ${id}`);
  if (part === 'turn') return sendJson(response, turnOf(exchange, query.get('earlier') === 'true'));
  if (part === 'body') {
    const body = storedBody(exchange, which === 'response' ? 'response' : 'request');
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${id}-${which}.txt"`,
    });
    return response.end(body);
  }
  return sendJson(
    response,
    answerDetail(state.exchanges, exchange, Number(query.get('body_limit') ?? 65_536)),
  );
};

const answerExport = (
  state: FixtureState,
  query: URLSearchParams,
  response: ServerResponse,
): ServerResponse => {
  const id = query.get('id');
  const selected = selectExchanges(state.exchanges, query).filter(({ entry }) => !id || entry.id === id);
  const format = query.get('format') ?? 'jsonl';
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="gomodel-ts-audit.${format}"`,
  });
  return response.end(selected.map(({ entry }) => `${JSON.stringify(entry)}\n`).join(''));
};

const answerSession = async (
  state: FixtureState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ServerResponse> => {
  if (request.method === 'DELETE') return state.login.logOut(request, response);
  if (request.method === 'POST') return state.login.logIn(JSON.parse(await readBody(request)).key, response);
  const authenticated = state.login.allows(request);
  return sendJson(response, {
    required: state.login.required,
    authenticated,
    ...(authenticated && { role: state.role, user_path: '/', bodies: 'all', sign_in: true }),
  } satisfies SessionAnswer);
};

/** Answers a request below API as the gateway would. */
export const answerApi = async (
  state: FixtureState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ServerResponse> => {
  const query = url.searchParams;
  const path = url.pathname.slice(API.length);
  if (path === 'session') return answerSession(state, request, response);
  if (state.broken)
    return sendError(response, 500, 'internal_error', 'gomodel-ts: the journal cannot be read');
  if (!state.login.allows(request))
    return sendError(response, 401, 'missing_api_key', 'gomodel-ts: log in first');
  const all = state.exchanges;
  const used = () => selectUsage(all, query, Date.now());
  if (path.startsWith('audit/log/')) return answerExchange(state, path.split('/').slice(2), query, response);
  switch (path) {
    case 'audit/log':
      return sendJson(response, answerLog(all, query));
    case 'audit/stream': {
      const last = request.headers['last-event-id'];
      const running = all.map(({ entry }) => entry).filter((entry) => entry.durationMs === undefined);
      return state.feed.connect(
        response,
        typeof last === 'string' ? last : (query.get('last_event_id') ?? undefined),
        running,
      );
    }
    case 'audit/export':
      return answerExport(state, query, response);
    case 'audit/conversation': {
      const answer = answerConversation(all, query);
      return answer
        ? sendJson(response, answer)
        : sendError(response, 404, 'unknown_exchange', 'gomodel-ts: no such session');
    }
    case 'audit/compare': {
      const answer = answerCompare(all, query);
      return answer
        ? sendJson(response, answer)
        : sendError(response, 404, 'unknown_exchange', 'gomodel-ts: no such exchange');
    }
    case 'audit/hits':
      return sendJson(response, answerHits(all, query));
    case 'audit/turns': {
      const answer = answerTurns(all, query);
      return answer
        ? sendJson(response, answer)
        : sendError(response, 404, 'unknown_exchange', 'gomodel-ts: no such session');
    }
    case 'audit/work':
      return sendJson(response, answerWork(all, query));
    case 'usage/summary':
      return sendJson(response, answerSummary(all, query, Date.now()));
    case 'usage/daily':
      return sendJson(response, answerDaily(all, query, Date.now()));
    case 'usage/groups':
      return sendJson(response, page(listGroups(used(), query.get('by') ?? 'model'), query, 50));
    case 'usage/models':
      return sendJson(response, page(listModels(used()), query, 50));
    case 'usage/clients':
      return sendJson(response, page(listClients(used()), query, 50));
    case 'usage/sessions':
      return sendJson(response, page(listSessions(used(), query.get('search') ?? ''), query, 50));
    case 'keys':
      return sendJson(response, answerKeys(Date.now()));
    case 'budgets':
      return sendJson(response, answerBudgets(Date.now()));
    case 'limits':
      return sendJson(response, { limits: answerBudgets(Date.now()).limits });
    case 'sign-ins':
      return sendJson(response, answerSignIns(Date.now()));
    case 'fleet':
      return sendJson(response, answerFleet(Date.now(), all.at(-1)?.entry.id ?? ''));
    case 'admin-log':
      return sendJson(response, answerAdminLog(Date.now()));
    case 'dashboard/config':
      return sendJson(response, answerConfig(state.login.required, state.startedAtMs));
    case 'providers/status':
      return sendJson(response, answerProviders());
    case 'codex/status':
      return sendJson(response, answerCodex(all, state.connected));
    case 'codex/doctor':
      return sendJson(response, answerDoctor());
    default:
      return sendError(response, 404, 'unknown_route', `gomodel-ts: nothing is served at ${url.pathname}`);
  }
};
