import {
  change,
  id,
  inPath,
  inQuery,
  json,
  LIMIT,
  listOf,
  OFFSET,
  pageOf,
  parametersOf,
  REFUSALS,
  read,
  readFile,
  ref,
  refused,
  settable,
  usage,
} from './describe-operations.ts';
import schemas from './schemas.json' with { type: 'json' };

/** All paths of the API, with what they take and answer. `createRoutes` has a handler for each. */
export const PATHS = {
  '/session': {
    ...read('Whether a key is needed, and whether this page has shown it', ref('SessionAnswer')),
    post: {
      summary: 'Logs the page in: the answer sets a cookie',
      requestBody: { required: true, content: json(ref('LoginRequest')) },
      responses: {
        '204': { description: 'Logged in' },
        '401': refused('The key is wrong.'),
        '403': refused('The page that asks is not the gateway’s own.'),
        '429': refused('Too many wrong keys: Retry-After says how long to wait.'),
      },
    },
    delete: { summary: 'Logs the page out', responses: { '204': { description: 'Logged out' } } },
  },
  '/audit/log': read('Exchanges, newest first', ref('AuditLogAnswer'), parametersOf(schemas.AuditLogQuery)),
  '/audit/log/{id}': read('One exchange', ref('AuditDetailAnswer'), [
    id,
    inQuery('body_limit', { type: 'number' }, 'Characters of each body; default 65536, at most 4194304.'),
  ]),
  '/audit/log/{id}/turn': read('What an exchange said', ref('TurnAnswer'), [
    id,
    inQuery('earlier', { enum: ['true', 'false'] }, 'Adds the history that was sent again.'),
  ]),
  '/audit/log/{id}/again': {
    ...read('What sending a request to another model would take', ref('SendAgainAnswer'), [
      id,
      inQuery('model', { type: 'string' }, 'Whose cost to estimate.'),
    ]),
    post: {
      ...change('Sends a recorded request to another model', ref('SentAgainAnswer'), '202', [id]),
      requestBody: { required: true, content: json(ref('SendAgainRequest')) },
    },
  },
  '/audit/log/{id}/body/{side}': readFile(
    'A whole body',
    ['application/octet-stream'],
    [id, { ...inPath('side'), schema: { enum: ['request', 'response'] } }],
  ),
  '/audit/conversation': read('The thread that an exchange belongs to', ref('ConversationAnswer'), [
    inQuery('log_id', { type: 'string' }, 'The exchange.'),
    inQuery('session', { type: 'string' }, 'Or the session.'),
    inQuery('turn', { type: 'number' }, 'Only the exchanges of this prompt, counted from 1.'),
    LIMIT,
    OFFSET,
  ]),
  '/audit/compare': read('Two exchanges side by side', ref('CompareAnswer'), [
    inQuery('left', { type: 'string' }, 'The earlier one.'),
    inQuery('right', { type: 'string' }, 'The later one.'),
  ]),
  '/audit/hits': read('Where exchanges say a text', ref('HitsAnswer'), [
    inQuery('ids', { type: 'string' }, 'At most 40, with commas between.'),
    inQuery('text', { type: 'string' }, 'Without regard to case.'),
  ]),
  '/audit/turns': read('A session as its prompts', ref('SessionTurnsAnswer'), [
    inQuery('session', { type: 'string' }, 'The session.'),
    inQuery('log_id', { type: 'string' }, 'Or an exchange of it; without offset, the page that holds it.'),
    LIMIT,
    OFFSET,
  ]),
  '/audit/work': read('What a session did to files, and what filled its context', ref('SessionWorkAnswer'), [
    inQuery('session', { type: 'string' }, 'The session.'),
  ]),
  '/audit/export': readFile(
    'Exchanges as a file',
    ['application/x-ndjson', 'application/json', 'text/html'],
    parametersOf(schemas.AuditExportQuery),
  ),
  '/audit/stream': readFile(
    'What happens, as server-sent events; the data of each is a StreamEvent',
    ['text/event-stream'],
    [inQuery('last_event_id', { type: 'string' }, 'Resumes after that event, as Last-Event-ID does.')],
  ),
  '/usage/summary': read('Sums of a period', ref('UsageSummaryAnswer'), usage),
  '/usage/daily': read('Sums by day, week, month or year', listOf(ref('UsageBucket')), usage),
  '/usage/models': read('Sums by model', pageOf(ref('UsageModel')), usage),
  '/usage/clients': read('Sums by client', pageOf(ref('UsageClient')), usage),
  '/usage/groups': read(
    'Sums by key, user path, label, session, provider, client or one of the names of the model',
    pageOf(ref('UsageGroup')),
    parametersOf(schemas.UsageGroupsQuery),
  ),
  '/usage/sessions': read('Sums by session', pageOf(ref('UsageSession')), usage),
  '/usage/log': read('Exchanges that used tokens, newest first', ref('UsageLogAnswer'), usage),
  '/dashboard/config': read('How the gateway is set up', ref('DashboardConfigAnswer')),
  '/providers/status': read('How the providers fare', listOf(ref('ProviderStatus'))),
  '/fleet': read(
    'Who works with which client, and what became of it',
    ref('FleetAnswer'),
    parametersOf(schemas.FleetQuery),
  ),
  '/budgets': {
    ...read('Budgets and rate limits, as they stand', ref('BudgetsAnswer')),
    ...settable('budget', 'scope, period or period_seconds, limit or tokens, enforcement, timezone'),
  },
  '/limits': {
    ...read('Rate limits, as they stand', ref('LimitsAnswer')),
    ...settable('rate limit', 'scope, and rpm, rph, rpd, tpm, tph, tpd, concurrent'),
  },
  '/codex/status': read('Whether Codex is connected', ref('CodexStatusAnswer')),
  '/codex/doctor': {
    post: {
      summary: 'Sends two small model requests through the gateway, and says what became of them',
      responses: {
        '200': { description: 'What was found', content: json(ref('DoctorAnswer')) },
        '401': REFUSALS['401'],
        '403': REFUSALS['403'],
      },
    },
  },
  '/keys': {
    ...read('The managed keys, without their secrets', ref('KeysAnswer')),
    post: change('Makes a key; the answer shows it once', ref('IssuedKeyAnswer'), '201'),
  },
  '/keys/{id}': {
    patch: change('Changes what a key may use', ref('KeyAnswer'), '200', [id]),
    delete: change('Revokes a key for good', ref('KeyAnswer'), '200', [id]),
  },
  '/keys/{id}/rotate': {
    post: change('Gives a key a new secret; the answer shows it once', ref('IssuedKeyAnswer'), '200', [id]),
  },
  '/sign-ins': {
    ...read('Who is signed in, by what, from where and since when', ref('SignInsAnswer'), [
      inQuery('person', { type: 'string' }, 'an id, a name or an address'),
      LIMIT,
    ]),
    delete: change(
      'Ends all sign-ins of a person, at once and everywhere',
      ref('EndedSignInsAnswer'),
      '200',
      [inQuery('person', { type: 'string' }, 'an id, a name or an address; members end their own')],
    ),
  },
  '/sign-ins/{id}': {
    delete: change('Ends a sign-in, at once and everywhere', ref('SignInAnswer'), '200', [id]),
  },
  '/policies': read('What user paths may use', ref('PoliciesAnswer')),
  '/policies/{name}': {
    put: change('Makes a policy, or replaces it', ref('PolicyAnswer'), '200', [inPath('name')]),
    delete: {
      summary: 'Takes a policy away',
      parameters: [inPath('name')],
      responses: { '204': { description: 'Taken away' }, ...REFUSALS },
    },
  },
  '/admin-log': read('Who changed what, the newest first', ref('AdminLogAnswer'), [LIMIT]),
  '/openapi.json': read('This document', { type: 'object' }),
};

/** `GET openapi.json`. The schemas are made of `api-types/`; a test holds them and the answers to it. */
export const createOpenApi = (version: string) => ({
  openapi: '3.1.0',
  info: {
    title: 'gomodel-ts admin API',
    version,
    description: 'What the gateway’s page asks. Only ever extended.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/admin/api/v1' }],
  security: [{ cookie: [] }, { bearer: [] }, { key: [] }, {}],
  paths: PATHS,
  components: {
    schemas,
    securitySchemes: {
      cookie: { type: 'apiKey', in: 'cookie', name: 'gomodel_session_8080' },
      bearer: { type: 'http', scheme: 'bearer' },
      key: { type: 'apiKey', in: 'header', name: 'X-GoModel-Key' },
    },
  },
});
