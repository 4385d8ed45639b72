import type { UsageSession, UsageSums } from './usage.ts';

/** A tool as the client itself told of it, in telemetry that it sends here. */
export interface ClientToolUse {
  at: string;
  tool: string;
  call_id?: string;
  /** In the client's own word, such as `approved` or `reject`; absent where it asked nobody. */
  decision?: string;
  /** Such as `Config` or `user_temporary`. */
  decided_by?: string;
  /** Absent where it has not run. */
  success?: boolean;
  duration_ms?: number;
}

/** A tool that the answers of a turn called. */
export interface TurnTool {
  name: string;
  calls: number;
  /** True where scripts of Codex's code mode called it, within calls of `exec`. */
  in_scripts?: true;
}

/** One prompt, and all that followed from it until the next. */
export interface PromptTurn {
  /** Counted from 1. */
  number: number;
  turn_id?: string;
  thread_id?: string;
  /** The user's words, shortened to 1,000 characters; absent where the log does not have them. */
  prompt?: string;
  started_at: string;
  /** To the end of its last answer; absent while one runs. */
  duration_ms?: number;
  /** From the end of answers that called tools to the next request: what the tools took. */
  tool_ms: number;
  running: boolean;
  first_id: string;
  last_id: string;
  /** Requests that failed and were sent again. */
  attempts: number;
  cache_losses: number;
  /** What they cost more than from the cache, in USD; `null` where no price is known. */
  cache_loss_cost: number | null;
  /** The largest context of one request. */
  max_context_tokens: number;
  models: string[];
  /** What the answers called, most frequent first. */
  tools: TurnTool[];
  /** Oldest first, at most 200; absent where the client tells nothing. */
  tool_uses?: ClientToolUse[];
  sums: UsageSums;
}

/**
 * `GET audit/turns?session=ID` → a session as its prompts, oldest first; `limit` (default 50, ≤ 200) and `offset`
 * (default: that of the page which holds the exchange `log_id`, else 0). `audit/conversation?session=ID&turn=1` has
 * the exchanges of one.
 */
export interface SessionTurnsAnswer {
  session: UsageSession;
  turns: PromptTurn[];
  total: number;
  limit: number;
  offset: number;
}

/** A part of what a request put before the model. */
export interface ContextPart {
  kind:
    | 'instructions'
    | 'tools'
    | 'user'
    | 'assistant'
    | 'reasoning'
    | 'calls'
    | 'output'
    | 'images'
    | 'other';
  /** Of an `output`: the tool that it came from. */
  name?: string;
  /** By its share of the characters, of the tokens that the provider counted; an image by a rule of thumb. */
  tokens: number;
}

/** What the context of one request held. */
export interface ContextSample {
  id: string;
  turn: number;
  input_tokens: number;
  /** The largest first. */
  parts: ContextPart[];
}

/** A patch that the model applied. */
export interface AppliedPatch {
  id: string;
  turn: number;
  patch: string;
  /** True where the tool said that it was not applied. */
  failed: boolean;
}

/**
 * `GET audit/work?session=ID` → what a session did to files, and what filled its context: read from all its bodies.
 */
export interface SessionWorkAnswer {
  /** In the order in which they were applied; the texts of all together are at most 2 MB. */
  patches: AppliedPatch[];
  /** Of each request whose body the log has, oldest first; of a long session, evenly chosen ones. */
  contexts: ContextSample[];
  /** True where the time ran out: the same question, asked again, goes on from there. */
  incomplete: boolean;
}
