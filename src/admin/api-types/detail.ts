import type { HeaderLines } from '../../log/port.ts';
import type { AuditEntry, FeeLine } from './entry.ts';

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
  /** Searches, and fees for each request. */
  fees: FeeLine[];
  /** USD for a million tokens; `cacheWrite` is the rate of what is kept for five minutes. */
  rates: { input: number; cachedInput: number; cacheWrite: number; output: number; reasoning: number };
  /** Where the rates come from: the price list's name and date, or the user's own file. */
  source: string;
  /** The service tier that served it, unless it is the standard one; not priced: its rates are not known, and those of the standard one were applied. */
  tier?: { name: string; priced: boolean };
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

/** Why tokens that were sent before were not read from the cache. */
export interface CacheLoss {
  /** Tokens that the last request of the thread had in its context and that this one paid for again. */
  tokens: number;
  /** What they cost more than from the cache, in USD; absent where no price is known, or a subscription pays. */
  costUsd?: number;
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
