import { signal } from '@preact/signals';
import type {
  AdminLogAnswer,
  IssuedKeyAnswer,
  KeysAnswer,
  LoginRequest,
  SessionAnswer,
  SignInsAnswer,
} from '../../admin/api-types/access.ts';
import type { SendAgainAnswer, SendAgainRequest, SentAgainAnswer } from '../../admin/api-types/again.ts';
import type { BudgetsAnswer, LimitsAnswer } from '../../admin/api-types/budgets.ts';
import type { CodexStatusAnswer, DoctorAnswer } from '../../admin/api-types/codex.ts';
import type { CompareAnswer } from '../../admin/api-types/compare.ts';
import type { ConversationAnswer, TurnAnswer } from '../../admin/api-types/conversation.ts';
import type { AuditDetailAnswer } from '../../admin/api-types/detail.ts';
import type { Paged } from '../../admin/api-types/entry.ts';
import type { ErrorAnswer } from '../../admin/api-types/error.ts';
import type { FleetAnswer, FleetQuery } from '../../admin/api-types/fleet.ts';
import type { DashboardConfigAnswer, ProviderStatus } from '../../admin/api-types/gateway.ts';
import type { AuditLogAnswer, HitsAnswer } from '../../admin/api-types/log.ts';
import type { AuditLogQuery, UsageGroupsQuery, UsageQuery } from '../../admin/api-types/queries.ts';
import type { SessionTurnsAnswer, SessionWorkAnswer } from '../../admin/api-types/turns.ts';
import type {
  UsageBucket,
  UsageClient,
  UsageGroup,
  UsageModel,
  UsageSession,
  UsageSummaryAnswer,
} from '../../admin/api-types/usage.ts';
import { texts } from '../texts.ts';
import { ROOT } from './place.ts';

const API = `${ROOT}/admin/api/v1/`;

/** A refusal of the API, or no answer at all (`status` 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Seconds to wait, where the answer says so. */
  readonly retryAfter: number | undefined;
  /** The member or parameter that is at fault, where the answer names one. */
  readonly param: string | undefined;

  constructor(status: number, message: string, details: { retryAfter?: number; param?: string } = {}) {
    super(message);
    this.status = status;
    this.retryAfter = details.retryAfter;
    this.param = details.param;
  }
}

/** Whether the page may read: `unknown` until the first answer. */
export const access = signal<'unknown' | 'granted' | 'refused'>('unknown');

type Query = Readonly<Record<string, string | number | undefined>>;

export const apiAddress = (path: string, query: Query = {}): string => {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return `${API}${path}${text && `?${text}`}`;
};

const readRefusal = async (response: Response): Promise<ApiError> => {
  const body: ErrorAnswer | undefined = await response.json().catch(() => undefined);
  const message = body?.error?.message?.replace(/^gomodel-ts: /, '') ?? texts.errors.status(response.status);
  const retryAfter = Number(response.headers.get('retry-after')) || undefined;
  const param = body?.error?.param ?? undefined;
  return new ApiError(response.status, message, {
    ...(retryAfter !== undefined && { retryAfter }),
    ...(param !== undefined && { param }),
  });
};

const call = async (address: string, init: RequestInit): Promise<Response> => {
  const response = await fetch(address, { credentials: 'same-origin', ...init }).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new ApiError(0, texts.errors.unreachable);
  });
  if (response.ok) return response;
  throw await readRefusal(response);
};

/** The same for whoever is logged in: where they are not any more, the page asks for the key. */
const callAsViewer = async (address: string, init: RequestInit): Promise<Response> => {
  try {
    return await call(address, init);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) access.value = 'refused';
    throw error;
  }
};

const get = async <Answer>(path: string, query: Query, signal?: AbortSignal): Promise<Answer> => {
  const response = await callAsViewer(apiAddress(path, query), signal ? { signal } : {});
  return (await response.json()) as Answer;
};

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const withBody = (method: Method, body: unknown): RequestInit => ({
  method,
  ...(body === undefined
    ? {}
    : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
});

const send = (method: Method, path: string, body?: unknown): Promise<Response> =>
  call(apiAddress(path), withBody(method, body));

/** Changes something, for whoever is logged in. */
const change = (method: Method, path: string, body?: unknown, query: Query = {}): Promise<Response> =>
  callAsViewer(apiAddress(path, query), withBody(method, body));

const changeFor = async <Answer>(method: Method, path: string, body?: unknown): Promise<Answer> =>
  (await (await change(method, path, body)).json()) as Answer;

const encode = encodeURIComponent;
const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Every question that the page asks, by its path. */
export const api = {
  log: (query: AuditLogQuery, signal?: AbortSignal) =>
    get<AuditLogAnswer>('audit/log', { timezone, ...query }, signal),
  hits: (ids: readonly string[], text: string) => get<HitsAnswer>('audit/hits', { ids: ids.join(','), text }),
  compare: (left: string, right: string, signal?: AbortSignal) =>
    get<CompareAnswer>('audit/compare', { left, right }, signal),
  planAgain: (id: string, model: string, signal?: AbortSignal) =>
    get<SendAgainAnswer>(`audit/log/${encode(id)}/again`, { model }, signal),
  sendAgain: (id: string, model: string) =>
    changeFor<SentAgainAnswer>('POST', `audit/log/${encode(id)}/again`, { model } satisfies SendAgainRequest),
  detail: (id: string, bodyLimit: number | undefined, signal?: AbortSignal) =>
    get<AuditDetailAnswer>(`audit/log/${encode(id)}`, { body_limit: bodyLimit }, signal),
  turn: (id: string, earlier: boolean, signal?: AbortSignal) =>
    get<TurnAnswer>(`audit/log/${encode(id)}/turn`, { earlier: earlier ? 'true' : undefined }, signal),
  conversation: (
    query: {
      session: string;
      turn: number;
      limit: number;
      offset: number | undefined;
      log_id: string | undefined;
    },
    signal?: AbortSignal,
  ) => get<ConversationAnswer>('audit/conversation', query, signal),
  turns: (
    query: { session: string; offset: number | undefined; log_id: string | undefined },
    signal?: AbortSignal,
  ) => get<SessionTurnsAnswer>('audit/turns', query, signal),
  work: (session: string, signal?: AbortSignal) => get<SessionWorkAnswer>('audit/work', { session }, signal),
  summary: (query: UsageQuery, signal?: AbortSignal) =>
    get<UsageSummaryAnswer>('usage/summary', { timezone, ...query }, signal),
  daily: (query: UsageQuery, signal?: AbortSignal) =>
    get<UsageBucket[]>('usage/daily', { timezone, ...query }, signal),
  groups: (query: UsageGroupsQuery, signal?: AbortSignal) =>
    get<Paged<UsageGroup>>('usage/groups', { timezone, ...query }, signal),
  models: (query: UsageQuery, signal?: AbortSignal) =>
    get<Paged<UsageModel>>('usage/models', { timezone, ...query }, signal),
  clients: (query: UsageQuery, signal?: AbortSignal) =>
    get<Paged<UsageClient>>('usage/clients', { timezone, ...query }, signal),
  sessions: (query: UsageQuery, signal?: AbortSignal) =>
    get<Paged<UsageSession>>('usage/sessions', { timezone, ...query }, signal),
  config: (signal?: AbortSignal) => get<DashboardConfigAnswer>('dashboard/config', {}, signal),
  providers: (signal?: AbortSignal) => get<ProviderStatus[]>('providers/status', {}, signal),
  codex: (signal?: AbortSignal) => get<CodexStatusAnswer>('codex/status', {}, signal),
  doctor: async () => (await (await change('POST', 'codex/doctor')).json()) as DoctorAnswer,
  keys: (signal?: AbortSignal) => get<KeysAnswer>('keys', {}, signal),
  createKey: (terms: object) => changeFor<IssuedKeyAnswer>('POST', 'keys', terms),
  changeKey: (id: string, terms: object) => change('PATCH', `keys/${encode(id)}`, terms),
  rotateKey: (id: string) => changeFor<IssuedKeyAnswer>('POST', `keys/${encode(id)}/rotate`),
  revokeKey: (id: string) => change('DELETE', `keys/${encode(id)}`),
  budgets: (signal?: AbortSignal) => get<BudgetsAnswer>('budgets', {}, signal),
  setBudget: (fields: object) => change('PUT', 'budgets', fields),
  removeBudget: (id: string) => change('DELETE', 'budgets', undefined, { id }),
  limits: (signal?: AbortSignal) => get<LimitsAnswer>('limits', {}, signal),
  setLimit: (fields: object) => change('PUT', 'limits', fields),
  removeLimit: (id: string) => change('DELETE', 'limits', undefined, { id }),
  fleet: (query: FleetQuery, signal?: AbortSignal) =>
    get<FleetAnswer>('fleet', { timezone, ...query }, signal),
  signIns: (signal?: AbortSignal) => get<SignInsAnswer>('sign-ins', { limit: 2_000 }, signal),
  endSignIn: (id: string) => change('DELETE', `sign-ins/${encode(id)}`),
  /** @param person the id */
  endSignInsOf: (person: string) => change('DELETE', 'sign-ins', undefined, { person }),
  adminLog: (limit: number, signal?: AbortSignal) => get<AdminLogAnswer>('admin-log', { limit }, signal),
  session: (signal?: AbortSignal) => get<SessionAnswer>('session', {}, signal),
  logIn: (key: string) => send('POST', 'session', { key } satisfies LoginRequest),
  logOut: () => send('DELETE', 'session'),
};
