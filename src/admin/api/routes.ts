import { GatewayError } from '../../base/errors.ts';
import { type ExchangeWatch, readStoredBody } from '../../log/port.ts';
import type { Access } from '../access/create-access.ts';
import { answerCodex, type CodexDeps } from '../answers/codex-status.ts';
import { answerConversation, type ConversationDeps } from '../answers/conversation.ts';
import { answerDetail, requireExchange } from '../answers/detail.ts';
import { answerConfig, answerProviders, createDiskMeter, type GatewayDeps } from '../answers/gateway.ts';
import { answerLog, answerUsageLog } from '../answers/log.ts';
import { createRunDoctor, type DoctorDeps } from '../answers/run-doctor.ts';
import { answerTurn } from '../answers/turn.ts';
import { answerDaily } from '../answers/usage-daily.ts';
import { answerClients, answerModels } from '../answers/usage-groups.ts';
import { answerSessions, type SessionsDeps } from '../answers/usage-sessions.ts';
import { answerSummary } from '../answers/usage-summary.ts';
import { type ExportDeps, sendExport } from '../export/export-exchanges.ts';
import { createOpenApi } from '../openapi/create-openapi.ts';
import type { Feed } from '../stream/create-feed.ts';
import { type Call, sendJson, sendNothing } from './call.ts';
import type { Route } from './dispatch.ts';
import { readSmallBody } from './read-small-body.ts';

export interface RoutesDeps
  extends ConversationDeps,
    ExportDeps,
    GatewayDeps,
    CodexDeps,
    SessionsDeps,
    DoctorDeps {
  readonly access: Access;
  readonly recorder: ExchangeWatch;
  readonly feed: () => Promise<Feed>;
}

const sendBody = async (deps: RoutesDeps, { params, response }: Call): Promise<void> => {
  const [id = '', which] = params;
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
const answered = (path: RegExp, answer: (query: URLSearchParams) => Promise<unknown>): Route => ({
  path,
  methods: { GET: async (call) => sendJson(call, await answer(call.query)) },
});

/** Everything that the API answers. */
export const createRoutes = (deps: RoutesDeps): Route[] => {
  const { access, feed } = deps;
  const diskBytes = createDiskMeter(deps.log, deps.now);
  const runDoctor = createRunDoctor(deps);
  return [
    {
      path: /^session$/,
      isOpen: true,
      methods: {
        GET: (call) => sendJson(call, access.describe(call.request)),
        POST: (call) => logIn(access, call),
        DELETE: (call) => sendNothing(call, { 'set-cookie': access.logOut(call.request) }),
      },
    },
    answered(/^audit\/log$/, (query) => answerLog(deps, query)),
    {
      path: /^audit\/log\/([^/]+)$/,
      methods: {
        GET: async (call) => sendJson(call, await answerDetail(deps, call.params[0] ?? '', call.query)),
      },
    },
    {
      path: /^audit\/log\/([^/]+)\/turn$/,
      methods: {
        GET: async (call) => {
          const detail = await requireExchange(deps, call.params[0] ?? '');
          sendJson(call, await answerTurn(detail, call.query.get('earlier') === 'true'));
        },
      },
    },
    {
      path: /^audit\/log\/([^/]+)\/body\/(request|response)$/,
      methods: { GET: (call) => sendBody(deps, call) },
    },
    answered(/^audit\/conversation$/, (query) => answerConversation(deps, query)),
    { path: /^audit\/export$/, methods: { GET: (call) => sendExport(deps, call) } },
    {
      path: /^audit\/stream$/,
      methods: {
        GET: async ({ request, response, query }) => {
          if (request.method === 'HEAD') return void response.end();
          const last = request.headers['last-event-id'] ?? query.get('last_event_id');
          const stop = access.watch(request, () => void response.end());
          response.once('close', stop);
          (await feed()).connect(response, typeof last === 'string' ? last : undefined);
        },
      },
    },
    answered(/^usage\/summary$/, (query) => answerSummary(deps, query)),
    answered(/^usage\/daily$/, (query) => answerDaily(deps, query)),
    answered(/^usage\/models$/, (query) => answerModels(deps, query)),
    answered(/^usage\/clients$/, (query) => answerClients(deps, query)),
    answered(/^usage\/sessions$/, (query) => answerSessions(deps, query)),
    answered(/^usage\/log$/, (query) => answerUsageLog(deps, query)),
    answered(/^dashboard\/config$/, () => answerConfig(deps, diskBytes)),
    answered(/^providers\/status$/, () => answerProviders(deps)),
    answered(/^codex\/status$/, () => answerCodex(deps)),
    { path: /^codex\/doctor$/, methods: { POST: async (call) => sendJson(call, await runDoctor()) } },
    answered(/^openapi\.json$/, async () => createOpenApi(deps.version)),
  ];
};
