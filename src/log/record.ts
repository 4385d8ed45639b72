import type { ErrorOrigin } from '../base/errors.ts';
import type { BalanceNote } from '../providers/balance/create-balance.ts';
import type { RouteReason } from '../providers/route-model.ts';
import type { Usage } from '../sse/answer-summary.ts';
import type { Dialect } from '../translate/ask.ts';

export type { Usage } from '../sse/answer-summary.ts';

export type Transport = 'http' | 'websocket';

/** How an answer ended. `aborted`: the client left. `interrupted`: the gateway did not live to see it. */
type Finish = 'completed' | 'incomplete' | 'failed' | 'truncated' | 'aborted' | 'interrupted';

/**
 * `other_model`: the provider answered with another model than it was asked for, and not with a dated snapshot of it.
 * `second_generation`: a stream that was passed on untouched went over from one answer to another.
 */
export type Finding = 'other_model' | 'second_generation';

/**
 * What its user should know of an exchange that was let in: `soft_budget`, a budget that is spent and refuses nothing;
 * `repeated_call`, the same call of a tool had the same result again and again; `growing_context`, the context grows
 * and nothing of it is read from the provider's cache; `unknown_cost`, the answer does not say what it used, or what some of it cost.
 */
export interface Warning {
  code: 'soft_budget' | 'repeated_call' | 'growing_context' | 'unknown_cost';
  /** One sentence, to be shown as it is. */
  message: string;
  /** The id of the budget. */
  budget?: string;
  /** The tool that is called again and again. */
  tool?: string;
  /** How often, so far. */
  count?: number;
}

/** How much of a ChatGPT plan's allowance is used up. */
export interface QuotaWindow {
  /** 0 to 100. */
  usedPercent: number;
  windowMinutes?: number;
  /** ISO 8601, UTC. */
  resetsAt?: string;
}

/** One try at a provider, where there was more than one. */
export interface Attempt {
  provider: string;
  /** As the provider names it. */
  model?: string;
  /** Absent where no answer came. */
  status?: number;
  error?: { origin: ErrorOrigin; code: string; message: string };
  /** From the beginning of the first one. */
  startedMs?: number;
  durationMs: number;
}

/**
 * What is known of one exchange, as `logs --json` prints it and the admin API returns it.
 * A contract that is only ever extended: absent = not known; sizes in bytes, times in milliseconds.
 */
export interface ExchangeRecord {
  schemaVersion: 1;
  /** The gateway's own id, which the client is given as `x-request-id`. */
  id: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  durationMs?: number;
  /** From the arrival of the request's head to when it first left for the upstream. */
  sentMs?: number;
  /** From the arrival of the request's head to the first byte of the upstream's body. */
  ttfbMs?: number;
  /** What the gateway itself spent: neither waiting for the client nor for the upstream. */
  overheadMs?: number;
  method: string;
  /** The request's path and query as the client sent them. */
  path: string;
  status?: number;
  /** Set where a client only looked whether the gateway is there (`HEAD` on the responses route): no figure counts it. */
  probe?: true;
  transport: Transport;
  /** `relay`: the upstream spoke WebSocket too. `bridge`: it was asked over HTTP. */
  websocketMode?: 'relay' | 'bridge';
  stream?: boolean;
  /** As its answer names it; until then, as the client asked for it. */
  model?: string;
  /** As the client asked for it: an alias, or a name with its provider. */
  requestedModel?: string;
  /** As the provider was asked for it. */
  sentModel?: string;
  /** What is odd about an answer that came all the same. */
  findings?: Finding[];
  /** What its user should know, though it was let in. */
  warnings?: Warning[];
  provider?: string;
  /** Host (and port) of the upstream. */
  upstream?: string;
  /** Where the provider has several keys: the variable that holds the one that was used. */
  providerKey?: string;
  /** The provider's name of the model, where the client gave it another. */
  upstreamModel?: string;
  /** Which rule led to the provider; absent where the request names no model, or its path a provider. */
  route?: RouteReason;
  /**
   * Where the provider speaks another API than the client: which, what of the request it has no place for, and how it
   * was asked to cache the prompt.
   */
  translation?: { dialect: Dialect; losses: string[]; caching?: string };
  /** Where the name stands for several targets: why it went to this one first. */
  balance?: BalanceNote;
  /** In their order, the last one included. */
  attempts?: Attempt[];
  auth?: 'master_key' | `key:${string}` | `sso:${string}` | 'chatgpt' | 'none' | 'rejected';
  /** Of the managed key that let the client in. */
  keyId?: string;
  /** For whom the client asked, such as `/team/alpha`. */
  userPath?: string;
  labels?: string[];
  /** Where the client is, as trusted proxies say; absent for this machine. */
  clientAddress?: string;
  client: {
    name?: string;
    version?: string;
    originator?: string;
    sessionId?: string;
    threadId?: string;
    turnId?: string;
    /** The repository that the turn works on, as `host/owner/name`, where the client says so. */
    repository?: string;
    /** The version of the policy that the client was configured with, as it says. */
    policy?: string;
  };
  request: {
    /** The content codings as sent, such as `zstd`; absent where the body came plain. */
    encoding?: string;
    wireBytes?: number;
    bodyBytes?: number;
  };
  response: {
    bytes?: number;
    events?: number;
    /** Events that passed and could not be read; what they said is not in this record. */
    unreadableEvents?: number;
    finish?: Finish;
    toolCalls?: string[];
    /** The tools that the scripts of Codex's code mode call, in their order: each runs within an `exec` of `toolCalls`. */
    scriptCalls?: string[];
  };
  usage?: Usage;
  /** The tier that served it, such as `flex`, `priority` or `fast`, which has prices of its own; absent for the standard one. */
  serviceTier?: string;
  costUsd?: number;
  /** What the provider itself says the answer cost. */
  statedCostUsd?: number;
  error?: { origin: ErrorOrigin; code: string; message: string };
  /** As the upstream reported it with this answer, in its `x-codex-*` headers. */
  quota?: { primary?: QuotaWindow; secondary?: QuotaWindow };
  /** The upstream's response id (`resp_…`, `chatcmpl-…`). */
  responseId?: string;
  previousResponseId?: string;
  /** The exchange whose request somebody sent again from the page, to this model. */
  sentAgainOf?: string;
  upstreamRequestId?: string;
  clientRequestId?: string;
  /** Where the client traces what it does: its trace, and the span in which it asked. */
  trace?: { traceId: string; parentId: string; sampled: boolean };
}

/** True where the gateway refused a request before it knew who sent it. */
export const isTurnedAway = ({ auth, error, response }: ExchangeRecord): boolean =>
  auth === 'rejected' ||
  (auth === undefined &&
    (error?.origin === 'client' || error?.origin === 'gateway') &&
    response.finish !== 'interrupted');

/** A stored body, found by the exchange's id. */
export interface StoredBody {
  /** How the bytes are stored: `zstd` where `bytes` must be decompressed to read them. */
  readonly coding: 'identity' | 'zstd';
  readonly bytes: Buffer;
  /** True where the body was longer than what the log keeps of one body. */
  readonly cutOff: boolean;
  /** Why the log cannot give the bytes, which it has kept; there are none then. */
  readonly unreadable?: string;
}

/** Header lines in the order and spelling in which they came, secrets redacted. */
export type HeaderLines = ReadonlyArray<readonly [name: string, value: string]>;

/** Everything that the log holds of one exchange. */
export interface ExchangeDetail {
  readonly record: ExchangeRecord;
  readonly requestHeaders: HeaderLines;
  readonly responseHeaders: HeaderLines;
  readonly requestBody?: StoredBody;
  readonly responseBody?: StoredBody;
}

/** True where the exchange ended in a way that its user should look at. */
export const isFailure = (record: ExchangeRecord): boolean =>
  record.probe === undefined &&
  (record.error !== undefined ||
    (record.status ?? 0) >= 400 ||
    record.response.finish === 'failed' ||
    record.response.finish === 'truncated' ||
    record.response.finish === 'interrupted');
