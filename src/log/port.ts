/**
 * What the rest of the gateway knows of the log: how it is asked, and how it is copied elsewhere. The files
 * below `files/` and `journal/` are one implementation; every implementation passes `describeLogReader`.
 */
import type { BodyReferences, BodySide } from './bodies/body-reference.ts';
import type { ExchangeEvent } from './exchange.ts';
import type { Facts } from './facts.ts';
import type { RetentionPolicy } from './journal/retention/enforce-retention.ts';
import type { LogQuery } from './log-query.ts';
import type { ExchangeDetail, ExchangeRecord, HeaderLines, StoredBody } from './record.ts';
import type { SummedLog, SummedSessions, SumWish } from './summed-log.ts';

export type { BodyReference, BodyReferences } from './bodies/body-reference.ts';
export { createPackReader, type PackReader } from './bodies/read-pack.ts';
export { bodyText, isBinary, readStoredBody } from './bodies/read-stored-body.ts';
export type { ExchangeWatch } from './capture/recorder.ts';
export {
  type CountedCall,
  callsText,
  callText,
  countCalls,
  countNames,
  groupCalls,
} from './count-calls.ts';
export type { ClientEvent, ClientEventReader } from './events/client-event.ts';
export type { AnswerSoFar, ExchangeEvent } from './exchange.ts';
export { type Facts, keepFacts } from './facts.ts';
export type { Losses } from './journal/losses.ts';
export type { LogFilter, LogQuery, TimeSpan } from './log-query.ts';
export { isAskedWithin, matchesQuery } from './match-filter.ts';
export {
  type ExchangeDetail,
  type ExchangeRecord,
  type Finding,
  type HeaderLines,
  isFailure,
  type QuotaWindow,
  type StoredBody,
  type Usage,
} from './record.ts';
export { REDACTED } from './redact.ts';
export { holdsMeasures, type Measure, type MeasureName, measureOf } from './search/measure.ts';
export { parseMoment } from './search/parse-moment.ts';
export { type ParsedSearch, parseSearch } from './search/parse-search.ts';
export { wordsOf } from './search/words.ts';
export type {
  CommonFacts,
  SessionsWish,
  SessionUse,
  SpreadOfTimes,
  SummedFacts,
  SummedLog,
  SummedSessions,
  SumWish,
  UsageCell,
} from './summed-log.ts';
export type { RecorderTrouble } from './trouble.ts';

/** Where somebody stands in the log: opaque, and only for the reader that gave it. */
export type Cursor = string;

export interface PageWish {
  readonly limit: number;
  /** How many newer ones to pass over. Default 0. */
  readonly offset?: number | undefined;
  /** The id of the last exchange of the page before: only older ones. */
  readonly before?: Cursor | undefined;
}

export interface LogPage {
  /** Newest first: by id, descending. */
  readonly records: readonly ExchangeRecord[];
  /** How many exchanges the query has in all. */
  readonly total: number;
  /** True where older ones are not counted yet: there may be more. */
  readonly isTotalLeast?: boolean;
}

/** What sums are grouped by; `day` is the day on which an exchange began, in a time zone. */
export type GroupKey =
  | 'day'
  | 'model'
  | 'requestedModel'
  | 'sentModel'
  | 'provider'
  | 'clientName'
  | 'clientVersion'
  | 'sessionId'
  | 'keyId'
  | 'userPath'
  | 'errorCode';

export interface SumRow {
  /** In the order of the keys that were asked for; undefined if an exchange has none. */
  readonly group: readonly (string | undefined)[];
  readonly requests: number;
  readonly failedRequests: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly totalTokens: number;
}

/** A session by its id or a thread's, or an exchange of a client that names neither. */
export type ThreadOf = { readonly sessionId: string } | { readonly exchange: ExchangeRecord };

export interface BodyHits {
  /** Ids of the exchanges with a body that holds the text. */
  readonly ids: ReadonlySet<string>;
  /** False where the time ran out before the oldest body, or bodies cannot be read at the moment. */
  readonly isWhole: boolean;
  /** Where to go on, where the time ran out. */
  readonly next?: Cursor;
}

export interface SearchWish {
  readonly budgetMs: number;
  /** `next` of an earlier search for the same. */
  readonly after?: Cursor | undefined;
}

export type FollowedEvent = ExchangeEvent & {
  /** From here `follow` goes on; what came with or shortly before this event may be told again. */
  readonly cursor: Cursor;
};

/** Reads the log, with or without a gateway that writes it. All methods take in what has ended before the call. */
export interface LogReader {
  page(query: LogQuery, wish: PageWish): Promise<LogPage>;
  /**
   * The newest exchanges, oldest first, in batches: however many they are, few are in memory.
   * @param wish newest: how many; default all
   */
  list(query: LogQuery, wish?: { readonly newest?: number }): AsyncIterable<readonly ExchangeRecord[]>;
  /** All exchanges of a query, oldest first, with headers and bodies: one at a time, and found without being looked for. */
  details(query: LogQuery): AsyncIterable<ExchangeDetail>;
  /**
   * @param idOrPrefix `req_` may be omitted
   * @returns undefined if there is no such exchange
   * @throws GatewayError invalid_usage if several exchanges begin that way
   */
  get(idOrPrefix: string): Promise<ExchangeDetail | undefined>;
  body(id: string, side: BodySide): Promise<StoredBody | undefined>;
  /** For percentiles and cost. Each is to be read before the next batch, or copied by `keepFacts`. */
  facts(query: LogQuery): AsyncIterable<readonly Facts[]>;
  /** Sums by group, in no order. @param timezone IANA name; says where a `day` begins */
  sums(query: LogQuery, by: readonly GroupKey[], timezone: string): Promise<readonly SumRow[]>;
  /**
   * What exchanges of a query used, where the log keeps sums: without looking at each, and also of those whose rows are gone.
   * @returns undefined where only the exchanges themselves can tell
   */
  summed?(query: LogQuery, wish?: SumWish): Promise<SummedLog | undefined>;
  /**
   * The sessions of a query, where the log keeps sums.
   * @returns undefined where only the exchanges themselves can tell
   */
  summedSessions?(query: LogQuery): Promise<SummedSessions | undefined>;
  /** Oldest first. Threads without a session hang together by `previousResponseId`, which names a `responseId`. */
  thread(of: ThreadOf): Promise<readonly Facts[]>;
  /**
   * Looks for the words of a search in the bodies of what the query selects (its own `search` apart), newest first,
   * ignoring case. An exchange is found whose request, answer and record together hold all of them.
   */
  searchBodies(text: string, query: LogQuery, wish: SearchWish): Promise<BodyHits>;
  /** What happens from a moment on, across rotation and restarts: each event at least once. */
  follow(from: 'now' | Cursor, signal: AbortSignal): AsyncIterable<FollowedEvent>;
  size(): Promise<{ readonly bytes: number }>;
  close(): Promise<void>;
}

/** A line of the journal: an exchange as it began, or as it ended. */
export interface LoggedExchange {
  readonly isEnded: boolean;
  readonly record: ExchangeRecord;
  readonly requestHeaders: HeaderLines;
  readonly responseHeaders: HeaderLines;
  /** Where the bodies lie, in blocks of a pack. */
  readonly bodies: BodyReferences;
}

/** Bodies as they are stored, compressed together. */
export interface CopiedBlock {
  /** Where it begins in its pack. */
  readonly start: number;
  readonly bytes: Buffer;
}

/** The log as a copy of it elsewhere is made from. */
export interface LogSource {
  /**
   * Everything from a place on, and what is added then, each line at least once.
   * @param from absent: everything
   */
  follow(
    from: Cursor | undefined,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly exchanges: readonly LoggedExchange[]; readonly cursor: Cursor }>;
  /** The blocks of a pack that begin within a range, in their order; none where the pack is gone. */
  blocks(pack: string, from: number, to: number): AsyncIterable<CopiedBlock>;
}

/** Takes in a copy of the log: at least once, and idempotent by id. */
export interface LogSink {
  /** @param source has the blocks that the bodies lie in */
  put(batch: readonly LoggedExchange[], source: Pick<LogSource, 'blocks'>): Promise<void>;
  /** Says that this gateway lives, and ends what others left open that do not. Called every few seconds. */
  tend?(): Promise<void>;
  /** Deletes what is too old. */
  enforce(policy: Pick<RetentionPolicy, 'retentionDays'>): Promise<void>;
}
