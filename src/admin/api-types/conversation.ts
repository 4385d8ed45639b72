import type { ConversationItem } from '../../conversation/item.ts';
import type { CacheLoss } from './detail.ts';
import type { AuditEntry } from './entry.ts';
import type { UsageSession } from './usage.ts';

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
