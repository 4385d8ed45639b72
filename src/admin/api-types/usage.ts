import type { AuditEntry, Paged } from './entry.ts';

/** Sums of usage. `input_tokens` includes `cached_input_tokens`, `output_tokens` includes `reasoning_tokens`. */
export interface UsageSums {
  requests: number;
  failed_requests: number;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  total_tokens: number;
  /** Searches of the web that providers made and charge for. */
  web_searches: number;
  /** Of the metered requests with a known price; `null` where none has one. */
  total_cost: number | null;
  /** Metered requests that used tokens of a model without a price. */
  unpriced_requests: number;
  /** Searches by models that have a price for tokens and none for searches: the cost is more than `total_cost`. */
  unpriced_searches: number;
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
  /** What all input would have cost without a cache, less what it did cost: negative if more was written than read. */
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
  /** `YYYY-MM-DD`, `YYYY-Www`, `YYYY-MM` or `YYYY` by the interval; of an hour, when it begins (ISO 8601, UTC). */
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
  /** What they cost more than from the cache, in USD; `null` where no price is known. */
  cache_loss_cost: number | null;
  running: boolean;
  /** The newest exchange: `audit/conversation?log_id=` opens the session. */
  last_id: string;
}

/** `GET usage/log` → Paged of entries that have usage, newest first. */
export type UsageLogAnswer = Paged<AuditEntry>;

/** `GET usage/groups` → Paged, by tokens, most first. */
export interface UsageGroup extends UsageSums {
  /** Id of a key, a user path, a label, a model and so on; empty for what was asked without one. */
  group: string;
  /** What the key is called; absent where it is not known here. */
  name?: string;
  sessions: number;
  last_request_at: string;
}
