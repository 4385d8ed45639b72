import { signal } from '@preact/signals';
import type { LoginRequest, SessionAnswer } from '../../admin/api-types/access.ts';
import type { CodexStatusAnswer, DoctorAnswer } from '../../admin/api-types/codex.ts';
import type { ConversationAnswer, TurnAnswer } from '../../admin/api-types/conversation.ts';
import type { AuditDetailAnswer } from '../../admin/api-types/detail.ts';
import type { Paged } from '../../admin/api-types/entry.ts';
import type { ErrorAnswer } from '../../admin/api-types/error.ts';
import type { DashboardConfigAnswer, ProviderStatus } from '../../admin/api-types/gateway.ts';
import type { AuditLogAnswer } from '../../admin/api-types/log.ts';
import type { AuditLogQuery, UsageQuery } from '../../admin/api-types/queries.ts';
import type {
  UsageBucket,
  UsageClient,
  UsageModel,
  UsageSession,
  UsageSummaryAnswer,
} from '../../admin/api-types/usage.ts';
import { texts } from '../texts.ts';

const API = '/admin/api/v1/';

/** A refusal of the API, or no answer at all (`status` 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Seconds to wait, where the answer says so. */
  readonly retryAfter: number | undefined;

  constructor(status: number, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
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

const readMessage = async (response: Response): Promise<string> => {
  const body: ErrorAnswer | undefined = await response.json().catch(() => undefined);
  return body?.error?.message?.replace(/^gomodel-ts: /, '') ?? texts.errors.status(response.status);
};

const call = async (address: string, init: RequestInit): Promise<Response> => {
  const response = await fetch(address, { credentials: 'same-origin', ...init }).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new ApiError(0, texts.errors.unreachable);
  });
  if (response.ok) return response;
  const wait = Number(response.headers.get('retry-after')) || undefined;
  throw new ApiError(response.status, await readMessage(response), wait);
};

const get = async <Answer>(path: string, query: Query, signal?: AbortSignal): Promise<Answer> => {
  try {
    const response = await call(apiAddress(path, query), signal ? { signal } : {});
    return (await response.json()) as Answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) access.value = 'refused';
    throw error;
  }
};

const send = (method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<Response> =>
  call(apiAddress(path), {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

const encode = encodeURIComponent;
const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Every question that the page asks, by its path. */
export const api = {
  log: (query: AuditLogQuery, signal?: AbortSignal) =>
    get<AuditLogAnswer>('audit/log', { timezone, ...query }, signal),
  detail: (id: string, bodyLimit: number | undefined, signal?: AbortSignal) =>
    get<AuditDetailAnswer>(`audit/log/${encode(id)}`, { body_limit: bodyLimit }, signal),
  turn: (id: string, earlier: boolean, signal?: AbortSignal) =>
    get<TurnAnswer>(`audit/log/${encode(id)}/turn`, { earlier: earlier ? 'true' : undefined }, signal),
  conversation: (
    query: { log_id: string | undefined; session: string; limit: number; offset: number | undefined },
    signal?: AbortSignal,
  ) => get<ConversationAnswer>('audit/conversation', query, signal),
  summary: (query: UsageQuery, signal?: AbortSignal) =>
    get<UsageSummaryAnswer>('usage/summary', { timezone, ...query }, signal),
  daily: (query: UsageQuery, signal?: AbortSignal) =>
    get<UsageBucket[]>('usage/daily', { timezone, ...query }, signal),
  models: (query: UsageQuery, signal?: AbortSignal) =>
    get<Paged<UsageModel>>('usage/models', { timezone, ...query }, signal),
  clients: (query: UsageQuery, signal?: AbortSignal) =>
    get<Paged<UsageClient>>('usage/clients', { timezone, ...query }, signal),
  sessions: (query: UsageQuery, signal?: AbortSignal) =>
    get<Paged<UsageSession>>('usage/sessions', { timezone, ...query }, signal),
  config: (signal?: AbortSignal) => get<DashboardConfigAnswer>('dashboard/config', {}, signal),
  providers: (signal?: AbortSignal) => get<ProviderStatus[]>('providers/status', {}, signal),
  codex: (signal?: AbortSignal) => get<CodexStatusAnswer>('codex/status', {}, signal),
  doctor: async () => (await (await send('POST', 'codex/doctor')).json()) as DoctorAnswer,
  session: (signal?: AbortSignal) => get<SessionAnswer>('session', {}, signal),
  logIn: (key: string) => send('POST', 'session', { key } satisfies LoginRequest),
  logOut: () => send('DELETE', 'session'),
};
