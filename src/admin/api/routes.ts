import { readStoredBody } from '../../audit/read-stored-body.ts';
import { GatewayError } from '../../base/errors.ts';
import type { Access } from '../access/create-access.ts';
import { answerDetail, type DetailDeps, requireExchange } from '../answers/detail.ts';
import { answerLog, type LogDeps } from '../answers/log.ts';
import { answerTurn } from '../answers/turn.ts';
import type { Feed } from '../stream/create-feed.ts';
import { type Call, sendJson, sendNothing } from './call.ts';
import type { Route } from './dispatch.ts';
import { readSmallBody } from './read-small-body.ts';

export interface RoutesDeps extends LogDeps, DetailDeps {
  readonly access: Access;
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
  const cookie = access.logIn(call.request, typeof key === 'string' ? key : '');
  sendNothing(call, cookie === undefined ? {} : { 'set-cookie': cookie });
};

/** Everything that the API answers. */
export const createRoutes = (deps: RoutesDeps): Route[] => {
  const { access, feed } = deps;
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
    {
      path: /^audit\/log$/,
      methods: { GET: async (call) => sendJson(call, await answerLog(deps, call.query)) },
    },
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
    {
      path: /^audit\/stream$/,
      methods: {
        GET: async ({ request, response, query }) => {
          if (request.method === 'HEAD') return void response.end();
          const last = request.headers['last-event-id'] ?? query.get('last_event_id');
          (await feed()).connect(response, typeof last === 'string' ? last : undefined);
        },
      },
    },
  ];
};
