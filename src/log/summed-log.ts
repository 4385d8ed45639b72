import type { Facts } from './facts.ts';
import type { Usage } from './record.ts';

/** What is the same of all exchanges of a cell: all that usage is grouped by, but the session. */
export type CommonFacts = Pick<
  Facts,
  | 'status'
  | 'finish'
  | 'isFailure'
  | 'isStream'
  | 'isProbe'
  | 'model'
  | 'requestedModel'
  | 'sentModel'
  | 'upstreamModel'
  | 'provider'
  | 'serviceTier'
  | 'keyId'
  | 'userPath'
  | 'labels'
  | 'clientName'
  | 'clientVersion'
  | 'transport'
  | 'encoding'
  | 'auth'
  | 'repository'
  | 'policy'
  | 'hasOtherModel'
  | 'errorOrigin'
  | 'errorCode'
>;

/** Exchanges that are alike, added up. */
export interface UsageCell {
  readonly facts: CommonFacts;
  readonly requests: number;
  /** Of all of them; undefined where none has said what it used. */
  readonly usage: Usage | undefined;
  /** When the first and the last of them began. */
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Of one exchange: prices may rise with it. */
  readonly minInputTokens: number;
  readonly maxInputTokens: number;
  /** Those that paid again for what their thread had in its context, and for how many tokens. */
  readonly cacheLosses: number;
  readonly lostTokens: number;
}

/** When a session, or a thread without one, was used. */
export interface SessionUse {
  readonly sessionId: string;
  readonly oldestMs: number;
  readonly newestMs: number;
}

export interface SessionsWish {
  readonly limit: number;
  readonly offset: number;
  /** In its id, or the name of a model or a client that it was used by; ignoring case. */
  readonly search?: string | undefined;
}

/**
 * What is asked of the facts of a cell: models, provider, failure and probe, and beside them
 * - `clients`: name and version of the client;
 * - `people`: key, user path and labels;
 * - `outcomes`: status, finish, error and stream.
 *
 * All others may be absent, or those of some exchange of the cell.
 */
export type SummedFacts = 'models' | 'clients' | 'people' | 'outcomes';

/** How a query is summed. */
export interface SumWish {
  /** Moments that no cell reaches across. */
  readonly splitAt?: readonly number[] | undefined;
  /** Absent: all. The fewer, the fewer cells. */
  readonly facts?: SummedFacts | undefined;
  /** True where of when a split cell's exchanges began, and of how long their input was, bounds will do. */
  readonly isRough?: boolean | undefined;
}

export interface SpreadOfTimes {
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly slowest: { readonly id: string; readonly ms: number };
}

/** The sessions of a query, told without looking at each exchange. */
export interface SummedSessions {
  /** Those that were used last come first. */
  sessions(wish: SessionsWish): Promise<{ readonly sessions: readonly SessionUse[]; readonly total: number }>;
  /** How many sessions each group has. @param groupsOf the groups of what was asked with these facts */
  countSessions(groupsOf: (facts: CommonFacts) => readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/** Sums of a query, from which all that is told of usage is made. */
export interface SummedLog {
  readonly cells: readonly UsageCell[];
  /** False where the rows of some of it are gone. */
  readonly hasRows: boolean;
  /** The newest exchange of each cell, where its row is there. */
  newestOf(cells: readonly UsageCell[]): Promise<ReadonlyMap<UsageCell, Facts>>;
  /** How long streams took that completed: of many, within 2.5 %. */
  times(): Promise<{ readonly ttfb?: SpreadOfTimes; readonly duration?: SpreadOfTimes }>;
}
