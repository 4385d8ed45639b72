import { GatewayError } from '../../base/errors.ts';
import { type ExchangeWatch, readStoredBody } from '../../log/port.ts';
import type { Access } from '../access/create-access.ts';
import { type AgainRoutesDeps, againHandlers } from '../again/again-routes.ts';
import { answerCodex, type CodexDeps } from '../answers/codex-status.ts';
import { answerCompare } from '../answers/compare.ts';
import { answerConversation, type ConversationDeps } from '../answers/conversation.ts';
import { answerDetail, requireExchange } from '../answers/detail.ts';
import { answerFleet } from '../answers/fleet.ts';
import { answerConfig, answerProviders, createDiskMeter, type GatewayDeps } from '../answers/gateway.ts';
import { answerHits } from '../answers/hits.ts';
import { answerLog, answerUsageLog } from '../answers/log.ts';
import { createRunDoctor, type DoctorDeps } from '../answers/run-doctor.ts';
import { answerTurn } from '../answers/turn.ts';
import { answerTurns } from '../answers/turns/answer-turns.ts';
import { answerWork, type WorkDeps } from '../answers/turns/answer-work.ts';
import { answerGroups, type GroupsDeps } from '../answers/usage-by.ts';
import { answerDaily } from '../answers/usage-daily.ts';
import { answerClients, answerModels } from '../answers/usage-groups.ts';
import { answerSessions, type SessionsDeps } from '../answers/usage-sessions.ts';
import { answerSummary } from '../answers/usage-summary.ts';
import { budgetHandlers } from '../budgets/budget-routes.ts';
import type { BudgetRoutesDeps } from '../budgets/kept-budgets.ts';
import { limitHandlers } from '../budgets/limit-routes.ts';
import { type ExportDeps, sendExport } from '../export/export-exchanges.ts';
import type { PATHS } from '../openapi/create-openapi.ts';
import type { Feed } from '../stream/create-feed.ts';
import { type Call, type Handle, sendJson, sendNothing } from './call.ts';
import type { Route } from './dispatch.ts';
import { createKeyHandlers, type KeyRoutesDeps } from './key-routes.ts';
import { readSmallBody } from './read-small-body.ts';
import { createSignInHandlers, type SignInRoutesDeps } from './sign-in-routes.ts';

export interface RoutesDeps
  extends ConversationDeps,
    WorkDeps,
    ExportDeps,
    GatewayDeps,
    CodexDeps,
    SessionsDeps,
    BudgetRoutesDeps,
    KeyRoutesDeps,
    SignInRoutesDeps,
    GroupsDeps,
    AgainRoutesDeps,
    DoctorDeps {
  readonly access: Access;
  readonly recorder: ExchangeWatch;
  readonly feed: () => Promise<Feed>;
}

const sendBody = async (deps: RoutesDeps, { params, response }: Call): Promise<void> => {
  const [id = '', which = ''] = params;
  if (which !== 'request' && which !== 'response') {
    throw new GatewayError(
      'unknown_route',
      `the admin API has no ${which.slice(0, 100)} body of an exchange.`,
    );
  }
  const detail = await requireExchange(deps, id);
  const body = which === 'request' ? detail.requestBody : detail.responseBody;
  const read = body && (await readStoredBody(body, which === 'request' ? 'request' : 'answer'));
  if (!read || 'unreadable' in read) {
    throw new GatewayError(
      'unknown_exchange',
      read?.unreadable ?? `the log holds no ${which} body of ${id}.`,
    );
  }
  response.writeHead(200, {
    // Never shown by a browser, whatever it is: a model could have written a page.
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${detail.record.id}-${which}.txt"`,
    'content-length': read.bytes.length,
  });
  response.end(read.bytes);
};

const logIn = async (access: Access, call: Call): Promise<void> => {
  const { key } = await readSmallBody(call.request);
  const cookie = await access.logIn(call.request, typeof key === 'string' ? key : '');
  sendNothing(call, cookie === undefined ? {} : { 'set-cookie': cookie });
};

/** A path that is only read. */
const answered = (answer: (query: URLSearchParams) => Promise<unknown>): { readonly GET: Handle } => ({
  GET: async (call) => sendJson(call, await answer(call.query)),
});

/** A handler for each path and method that the OpenAPI document has, and for no other. */
type Handlers = {
  readonly [Path in keyof typeof PATHS]: {
    readonly [Method in keyof (typeof PATHS)[Path] & string as Uppercase<Method>]: Handle;
  };
};

/** `{name}` stands for one segment of a path. */
const compileTemplate = (template: string): RegExp =>
  new RegExp(
    `^${template
      .slice(1)
      .replaceAll('.', '\\.')
      .replace(/\{\w+\}/g, '([^/]+)')}$`,
  );

/** What is answered without a session. */
const OPEN_PATHS: readonly string[] = ['/session'];

/** What concerns the gateway as a whole is not for members, who see their own subtree. */
const OVERSEERS_PATHS: readonly string[] = [
  '/providers/status',
  '/codex/status',
  '/keys',
  '/policies',
  '/admin-log',
  '/fleet',
];

/** What whoever may read may do: the key that pays, or the sign-in that ends, is their own. */
const MEMBERS_CHANGES: readonly string[] = ['/audit/log/{id}/again', '/sign-ins', '/sign-ins/{id}'];

/** Everything that the API answers. */
export const createRoutes = (deps: RoutesDeps): Route[] =>
  Object.entries(createHandlers(deps)).map(([template, methods]) => ({
    path: compileTemplate(template),
    methods,
    isOpen: OPEN_PATHS.includes(template),
    role: OVERSEERS_PATHS.includes(template) ? 'auditor' : 'member',
    changedBy: MEMBERS_CHANGES.includes(template) ? 'member' : 'admin',
  }));

const createHandlers = (deps: RoutesDeps): Handlers => {
  const { access, feed } = deps;
  const diskBytes = createDiskMeter(deps.log, deps.now);
  const runDoctor = createRunDoctor(deps);
  return {
    '/session': {
      GET: (call) => sendJson(call, access.describe(call.request)),
      POST: (call) => logIn(access, call),
      DELETE: (call) => sendNothing(call, { 'set-cookie': access.logOut(call.request) }),
    },
    '/audit/log': answered((query) => answerLog(deps, query)),
    '/audit/log/{id}': {
      GET: async (call) => sendJson(call, await answerDetail(deps, call.params[0] ?? '', call.query)),
    },
    '/audit/log/{id}/turn': {
      GET: async (call) => {
        const detail = await requireExchange(deps, call.params[0] ?? '');
        sendJson(call, await answerTurn(deps.log, detail, call.query.get('earlier') === 'true'));
      },
    },
    '/audit/log/{id}/again': againHandlers(deps),
    '/audit/log/{id}/body/{side}': { GET: (call) => sendBody(deps, call) },
    '/audit/conversation': answered((query) => answerConversation(deps, query)),
    '/audit/compare': answered((query) => answerCompare(deps, query)),
    '/audit/hits': answered((query) => answerHits(deps, query)),
    '/audit/turns': answered((query) => answerTurns(deps, query)),
    '/audit/work': answered((query) => answerWork(deps, query)),
    '/audit/export': { GET: (call) => sendExport(deps, call) },
    '/audit/stream': {
      GET: async ({ request, response, query }) => {
        if (request.method === 'HEAD') return void response.end();
        const last = request.headers['last-event-id'] ?? query.get('last_event_id');
        const stop = access.watch(request, () => void response.end());
        response.once('close', stop);
        (await feed()).connect(response, typeof last === 'string' ? last : undefined);
      },
    },
    '/usage/summary': answered((query) => answerSummary(deps, query)),
    '/usage/daily': answered((query) => answerDaily(deps, query)),
    '/usage/models': answered((query) => answerModels(deps, query)),
    '/usage/clients': answered((query) => answerClients(deps, query)),
    '/usage/groups': answered((query) => answerGroups(deps, query)),
    '/usage/sessions': answered((query) => answerSessions(deps, query)),
    '/usage/log': answered((query) => answerUsageLog(deps, query)),
    '/dashboard/config': answered(() => answerConfig(deps, diskBytes)),
    '/providers/status': answered(() => answerProviders(deps)),
    '/fleet': answered((query) => answerFleet(deps, query)),
    '/budgets': budgetHandlers(deps),
    '/limits': limitHandlers(deps),
    '/codex/status': answered(() => answerCodex(deps)),
    '/codex/doctor': { POST: async (call) => sendJson(call, await runDoctor()) },
    ...createKeyHandlers(deps),
    ...createSignInHandlers(deps),
    '/openapi.json': answered(async () => {
      // Its schemas are a large file, and few ever ask for them.
      const { createOpenApi } = await import('../openapi/create-openapi.ts');
      return createOpenApi(deps.version);
    }),
  };
};
