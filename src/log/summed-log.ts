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

/** How a query is summed. */
export interface SumWish {
  /** Moments that no cell reaches across. */
  readonly splitAt?: readonly number[] | undefined;
  /** True where of the facts of a cell only models, provider, failure and probe are asked for: the others may be absent. */
  readonly byModel?: boolean | undefined;
}

export interface SpreadOfTimes {
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly slowest: { readonly id: string; readonly ms: number };
}

/** Sums of a query, from which all that is told of usage is made. */
export interface SummedLog {
  readonly cells: readonly UsageCell[];
  /** False where the rows of some of it are gone. */
  readonly hasRows: boolean;
  /** Those that were used last come first. */
  sessions(wish: SessionsWish): Promise<{ readonly sessions: readonly SessionUse[]; readonly total: number }>;
  /** How many sessions each group has. @param groupsOf the groups of what was asked with these facts */
  countSessions(groupsOf: (facts: CommonFacts) => readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The newest exchange of each cell, where its row is there. */
  newestOf(cells: readonly UsageCell[]): Promise<ReadonlyMap<UsageCell, Facts>>;
  /** How long streams took that completed: of many, within 2.5 %. */
  times(): Promise<{ readonly ttfb?: SpreadOfTimes; readonly duration?: SpreadOfTimes }>;
}
