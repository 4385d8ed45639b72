/**
 * Longer than other files, so that the contract stands in one place: it is read whole by who writes either
 * side, and the OpenAPI document is made of it.
 *
 * What `/admin/api/v1` is asked and answers, as types: the contract between the gateway and its page.
 *
 * Names: query parameters and sums are snake_case as in GoModel's API; what comes from an exchange
 * keeps the record's own camelCase fields. Absent = not known. Money is USD and `null` where a price
 * is not known: never 0. Dates are `YYYY-MM-DD` in the zone of `timezone`.
 *
 * Every refusal is `{"error":{"message","type","code","param"}}` (DESIGN.md), 401 without a session.
 */
import type { ConversationItem } from '../conversation/item.ts';
import type { BudgetStatus } from '../guard/budgets/ledger-port.ts';
import type { LimitStatus } from '../guard/limits/limit-port.ts';
import type { ExchangeRecord, HeaderLines, LogFilter } from '../log/port.ts';

// --- Queries -------------------------------------------------------------------------------------

/** A span of days, both ends included. `start_date`/`end_date` win over `days` (default 30, ≤ 366). */
interface PeriodQuery {
  days?: number;
  start_date?: string;
  end_date?: string;
  /** IANA name such as `Europe/Warsaw`: where a day begins. Default: the gateway's own zone. */
  timezone?: string;
}

/** What an exchange must fulfil; all given ones must hold. */
export type ExchangeFilter = LogFilter;

/** `GET audit/log` → AuditLogAnswer. Newest first: by id, descending. Without days or dates: everything there is. */
export interface AuditLogQuery extends PeriodQuery, ExchangeFilter {
  /** `bodies`: `search` looks into request and response bodies too. */
  in?: 'bodies';
  /** Only this exchange and earlier ones, so that pages stay where they are while new ones arrive. */
  until?: string;
  /** Default 25, at most 100. */
  limit?: number;
  /** Default 0. */
  offset?: number;
}

/** `GET usage/*` → sums over a period; `session`, `model`, `client`, `provider` narrow them. */
export interface UsageQuery extends PeriodQuery {
  model?: string;
  provider?: string;
  session?: string;
  client?: string;
  /** The id of a managed key. */
  key?: string;
  /** A user path: that, and all below it. */
  user_path?: string;
  label?: string;
  /** For `usage/daily`: the width of a bucket. Default `daily`. */
  interval?: 'daily' | 'weekly' | 'monthly' | 'yearly';
  /** For the paged ones (`models`, `sessions`, `clients`, `log`). Default 50, at most 200. */
  limit?: number;
  offset?: number;
  /** For `usage/sessions`: text in a session's id, models or clients. */
  search?: string;
}

/** `GET audit/export` → a file. `id` exports that exchange; `session` a whole session. Takes the log's filters. */
export interface AuditExportQuery extends Omit<AuditLogQuery, 'limit' | 'offset'> {
  format: 'jsonl' | 'har' | 'html';
  id?: string;
}

// --- The audit log -------------------------------------------------------------------------------

/** A record with what the API knows beside it. */
export interface AuditEntry extends ExchangeRecord {
  /**
   * Who pays: `metered` (`costUsd` is an amount, or absent for a model without a price), or
   * `subscription` (covered by a ChatGPT plan: `costUsd` is absent, `listPriceUsd` says its worth).
   */
  billing?: 'metered' | 'subscription';
  /** What a subscription covered, at the price list's rates. Never part of a cost. */
  listPriceUsd?: number;
}

export interface Paged<Entry> {
  entries: Entry[];
  /** How many there are in all that fulfil the query. */
  total: number;
  limit: number;
  offset: number;
}

export interface AuditLogAnswer extends Paged<AuditEntry> {
  /**
   * True where bodies were searched and the time for it ran out: older ones were not looked at. The same
   * question, asked again within a minute, looks on from there.
   */
  incomplete?: boolean;
}

/** A logged body as text: bytes that are no UTF-8 stand as U+FFFD. */
export interface BodyText {
  text: string;
  /** Length of the decoded body in bytes; `text` may hold only its beginning. */
  bytes: number;
  /** True where `text` ends before the stored body does: `GET audit/log/:id/body/(request|response)` has all of it. */
  shortened: boolean;
  /** True where the log itself kept only the beginning. */
  cutOff: boolean;
  /** True where bytes had to be replaced. */
  notUtf8: boolean;
}

/** USD by kind of token, and the rates of a million that were applied. */
export interface CostBreakdown {
  input: number;
  cachedInput: number;
  /** What was written to the provider's cache. */
  cacheWrite: number;
  output: number;
  /** USD for a million tokens; `cacheWrite` is the rate of what is kept for five minutes. */
  rates: { input: number; cachedInput: number; cacheWrite: number; output: number; reasoning: number };
  /** Where the rates come from: the price list's name and date, or the user's own file. */
  source: string;
}

/** Another exchange that belongs to the story of this one. */
export interface RelatedExchange {
  id: string;
  startedAt: string;
  status?: number;
  finish?: string;
  failed: boolean;
}

/** `GET audit/log/:id` → everything but the turn. `body_limit` (characters, default 65536, ≤ 4194304) bounds `text`. */
export interface AuditDetailAnswer {
  entry: AuditEntry;
  requestHeaders: HeaderLines;
  responseHeaders: HeaderLines;
  request?: BodyText;
  response?: BodyText;
  /** What the client did next: the same turn, sent again after this one failed, in order of time. */
  retries: RelatedExchange[];
  /** The failed exchange that this one repeats. */
  retryOf?: RelatedExchange;
  /** The exchange before and after in the same thread. */
  previous?: RelatedExchange;
  next?: RelatedExchange;
  cacheLoss?: CacheLoss;
  /** How `costUsd` (or `listPriceUsd`) comes about; absent where the model has no price or there is no usage. */
  cost?: CostBreakdown;
  /** A curl command that sends the request again, with `$OPENAI_API_KEY` in place of the credential. */
  curl: string;
}

/** `GET audit/log/:id/turn` → what this request added, and what came back. `earlier=true` adds the resent history. */
export interface TurnAnswer {
  id: string;
  instructions?: string;
  /** Names of the tools that were offered. */
  tools: string[];
  /** How many items of the input were resent history. */
  earlierCount: number;
  /** Those items; absent unless asked for. */
  earlier?: ConversationItem[];
  /** The new items of the input. */
  items: ConversationItem[];
  /** What the model answered (so far, where it is still running). */
  output: ConversationItem[];
  /** A request that is no conversation, and an answer without items (an error, a list), as text. */
  requestText?: string;
  responseText?: string;
  /** Why there is less to read than was sent: bodies are not logged, were deleted, or are damaged. */
  unreadable?: string;
}

/** Why tokens that were sent before were not read from the cache. */
export interface CacheLoss {
  /** Tokens that the last request of the thread had in its context and that this one paid for again. */
  tokens: number;
  cause:
    | 'item'
    | 'instructions'
    | 'tools'
    | 'model'
    | 'cache_key'
    | 'header'
    | 'idle'
    | 'compaction'
    | 'unknown';
  /** Where: `input[12] (function_call_output)`, `header session_id`, `tools[3] (apply_patch)`. */
  where?: string;
  /** First byte of the request body at which it differs from the last one's. */
  byteOffset?: number;
  /** A few characters around that byte, of the last request and of this one. */
  before?: string;
  after?: string;
  /** Time since the last request of the thread ended. */
  idleMs?: number;
}

/** One request of a session. */
export interface SessionTurn {
  entry: AuditEntry;
  earlierCount: number;
  /** The new items of the input and the answer, texts shortened to 2,000 characters. */
  items: ConversationItem[];
  output: ConversationItem[];
  cacheLoss?: CacheLoss;
}

/**
 * `GET audit/conversation?log_id=ID` (or `session=ID`) → the thread that the exchange belongs to: by
 * thread and session id, and by `previous_response_id`. Oldest first; `limit` (default 50, ≤ 200) and
 * `offset` (default: that of the page in which `log_id` stands, else 0).
 */
export interface ConversationAnswer {
  /** The exchange that was asked for. */
  anchor_id?: string;
  session_id?: string;
  thread_id?: string;
  /** Counts and sums of the whole thread, not of this page. */
  session?: UsageSession;
  turns: SessionTurn[];
  total: number;
  limit: number;
  offset: number;
}

// --- The event stream ----------------------------------------------------------------------------

/**
 * `GET audit/stream`: server-sent events, each with an `id` that `Last-Event-ID` (or `?last_event_id=`)
 * resumes after. `data` is one of these as JSON. No `event:` line: `open` would be the browser's own
 * event of that name.
 *
 * - `hello` comes first. `resumed` false: events may be missing since the last one, read the log again.
 * - `open` when a request arrives, `update` while it runs (at most four a second each), `close` at its end.
 * - What begins and ends between two writes has its `close` alone.
 * - `trouble`: the log cannot be written; without `message` it can again.
 * - `beat` every 10 s, so that a dead connection is noticed.
 */
export type StreamEvent =
  | { type: 'hello'; resumed: boolean; now: string; running: AuditEntry[]; lost: LogLosses }
  | { type: 'open' | 'update' | 'close'; record: AuditEntry }
  | { type: 'trouble'; since?: string; message?: string }
  | { type: 'beat'; now: string; lost: LogLosses };

/** What the log had to give up since the gateway started: its disk failed, or memory was short. */
export interface LogLosses {
  lines: number;
  bodies: number;
}

// --- Usage and cost ------------------------------------------------------------------------------

/** Sums of usage. `input_tokens` includes `cached_input_tokens`, `output_tokens` includes `reasoning_tokens`. */
export interface UsageSums {
  requests: number;
  failed_requests: number;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  total_tokens: number;
  /** Of the metered requests with a known price; `null` where none has one. */
  total_cost: number | null;
  /** Metered requests that used tokens of a model without a price. */
  unpriced_requests: number;
  /** Covered by a ChatGPT subscription: how many, and their worth at list prices. */
  subscription_requests: number;
  subscription_list_cost: number | null;
}

/** `GET usage/summary` */
export interface UsageSummaryAnswer extends UsageSums {
  start_date: string;
  end_date: string;
  /** The same sums of as many days before. */
  previous: UsageSums;
  /** What cached tokens would have cost at the full rate, less what they did cost. */
  saved_by_cache: number | null;
  /** Of streamed, completed requests; absent without any. */
  ttfb_ms?: Percentiles;
  duration_ms?: Percentiles;
  /** What failed and whose fault it was, most frequent first. */
  failures: FailureCount[];
}

export interface Percentiles {
  p50: number;
  p95: number;
  /** The exchange that took longest. */
  slowest: { id: string; ms: number };
}

export interface FailureCount {
  origin: 'client' | 'gateway' | 'network' | 'upstream';
  code: string;
  requests: number;
  /** The newest of them. */
  last: { id: string; startedAt: string; message: string };
}

/** `GET usage/daily` → UsageBucket[], oldest first, empty days included. */
export interface UsageBucket extends UsageSums {
  /** `YYYY-MM-DD`, `YYYY-Www`, `YYYY-MM` or `YYYY` by the interval. */
  date: string;
}

/** `GET usage/models` → Paged, by tokens, most first. */
export interface UsageModel extends UsageSums {
  model: string;
  provider?: string;
  /** USD for a million tokens; `null` where the model is in no price list. */
  price: { input: number; cached_input: number; output: number; source: string } | null;
}

/** `GET usage/clients` → Paged, by tokens, most first. */
export interface UsageClient extends UsageSums {
  name: string;
  version?: string;
  last_request_at: string;
}

/** `GET usage/sessions` → Paged, by last activity, newest first. */
export interface UsageSession extends UsageSums {
  session_id: string;
  thread_ids: string[];
  started_at: string;
  last_request_at: string;
  /** The user's first words, shortened to 200 characters; absent where bodies are not logged. */
  title?: string;
  models: string[];
  clients: string[];
  /** The largest context of one request. */
  max_context_tokens: number;
  cache_losses: number;
  running: boolean;
  /** The newest exchange: `audit/conversation?log_id=` opens the session. */
  last_id: string;
}

/** `GET usage/log` → Paged of entries that have usage, newest first. */
export type UsageLogAnswer = Paged<AuditEntry>;

// --- Gateway, providers, Codex -------------------------------------------------------------------

/** `GET dashboard/config` */
export interface DashboardConfigAnswer {
  version: string;
  /** The gateway's own address for clients, ending in `/v1`. */
  base_url: string;
  /** The upstream's host. */
  upstream: string;
  started_at: string;
  data_dir: string;
  /** True where a master key is set: then the page can log out. */
  auth_required: boolean;
  demo: boolean;
  log_bodies: boolean;
  retention_days: number;
  max_disk_bytes: number;
  disk_bytes: number;
  timezone: string;
  /** What the page may offer. */
  features: { doctor: boolean; export: Array<'jsonl' | 'har' | 'html'> };
  /** Set while the log cannot be written. */
  trouble?: { since: string; message: string };
  lost: LogLosses;
  /** Exchanges that were under way when an earlier gateway was killed, found when this one started. */
  interrupted: number;
}

/** `GET providers/status` → ProviderStatus[] */
export interface ProviderStatus {
  name: string;
  base_url: string;
  /** Where the credential comes from, such as `OPENAI_API_KEY` or `ChatGPT sign-in`; never the key. */
  key_source: string | null;
  /** By the last requests: `unknown` before any. */
  status: 'ok' | 'failing' | 'unknown' | 'not_configured';
  last_success_at?: string;
  last_failure?: { id: string; at: string; message: string };
  requests_24h: number;
  failed_24h: number;
}

/** `GET codex/status` */
export interface CodexStatusAnswer {
  /** `connected`: the block is there and resolves to this gateway. */
  state: 'connected' | 'not_connected' | 'changed' | 'elsewhere' | 'invalid_config' | 'no_config';
  /** One sentence for the state, with what to do next. */
  message: string;
  config_path: string;
  config_found: boolean;
  /** What Codex would send its requests to, by its config. */
  resolves_to?: string;
  /** The provider block to paste. */
  block: string;
  /** The command that writes it, and the exports that the shell needs. */
  command: string;
  exports: string[];
  /** Unified diff of what `init-codex` would change; empty where nothing. */
  diff: string;
  problems: string[];
  /** Every client that was seen, newest first. */
  clients: SeenClient[];
}

export interface SeenClient {
  name: string;
  version?: string;
  requests: number;
  /** Content codings and transports that it used. */
  encodings: string[];
  transports: string[];
  last: AuditEntry;
}

/** `POST codex/doctor` → a real round trip; there where `features.doctor` says so. */
export interface DoctorAnswer {
  /** True where something was tried, and all of it works. */
  ok: boolean;
  duration_ms: number;
  steps: DoctorStep[];
}

export interface DoctorStep {
  name: string;
  state: 'ok' | 'warning' | 'failed' | 'skipped';
  message: string;
  remedy?: string;
  ms?: number;
}

// --- Session of the page -------------------------------------------------------------------------

/** `GET session` (never 401) */
export interface SessionAnswer {
  /** True where the gateway asks for a key. */
  required: boolean;
  /** True where the page may be read. */
  authenticated: boolean;
  role?: 'admin' | 'auditor' | 'member' | 'user';
  /** What is shown: all that was asked for this user path and below it. */
  user_path?: string;
  /** Whose bodies are shown: those of the key's own requests, all, or none. */
  bodies?: 'own' | 'all' | 'none';
}

/** A managed key, without its secret; the members are those of `gomodel-ts keys --json`. */
export interface KeyAnswer {
  id: string;
  name: string;
  state: 'active' | 'expired' | 'revoked';
  role: 'admin' | 'auditor' | 'member' | 'user';
  userPath?: string;
  acceptsUserPath: boolean;
  labels: readonly string[];
  models: readonly string[];
  providers: readonly string[];
  bodies: 'own' | 'all' | 'none';
  createdAt: string;
  rotatedAt?: string;
  revokedAt?: string;
  expiresAt?: string;
}

/** `GET keys` */
export interface KeysAnswer {
  keys: KeyAnswer[];
}

/** `POST keys`, `POST keys/:id/rotate`: `key` is shown this once. */
export interface IssuedKeyAnswer extends KeyAnswer {
  key: string;
}

/** What a user path and all below it may use. */
export interface PolicyAnswer {
  name: string;
  userPath: string;
  models: readonly string[];
  providers: readonly string[];
}

/** `GET policies` */
export interface PoliciesAnswer {
  policies: PolicyAnswer[];
}

/** One change: who, when, from what to what. */
export interface AdminLogEntry {
  schemaVersion: 1;
  at: string;
  by: string;
  action: string;
  target: string;
  from?: Readonly<Record<string, unknown>>;
  to?: Readonly<Record<string, unknown>>;
}

/** `GET admin-log`, the newest first. */
export interface AdminLogAnswer {
  entries: AdminLogEntry[];
}

/**
 * `POST session` → 204 and an HttpOnly, SameSite=Strict cookie; 401 for a wrong key; 429 with
 * `Retry-After` after too many. `DELETE session` → 204 logs out.
 */
export interface LoginRequest {
  key: string;
}

/** Body of every refusal. */
export interface ErrorAnswer {
  error: { message: string; type: string; code: string | null; param: string | null };
}

// --- Budgets -------------------------------------------------------------------------------------

/** `GET budgets` → BudgetsAnswer: the figures by which requests are refused. */
export interface BudgetsAnswer {
  budgets: readonly BudgetStatus[];
  limits: readonly LimitStatus[];
  /** What of budgets cannot be read or written; absent where all can. */
  problem?: string;
}
