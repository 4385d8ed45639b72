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
  | 'keyId'
  | 'userPath'
  | 'labels'
  | 'clientName'
  | 'clientVersion'
  | 'transport'
  | 'encoding'
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
}

/** By what a session, or a thread without one, was used; a session may be told more than once. */
export interface SessionUse {
  readonly sessionId: string;
  readonly oldestMs: number;
  readonly newestMs: number;
  readonly by: readonly CommonFacts[];
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
  sessions(): Promise<readonly SessionUse[]>;
  /** The newest exchange of each cell, where its row is there. */
  newestOf(cells: readonly UsageCell[]): Promise<ReadonlyMap<UsageCell, Facts>>;
  /** How long streams took that completed: of many, within 2.5 %. */
  times(): Promise<{ readonly ttfb?: SpreadOfTimes; readonly duration?: SpreadOfTimes }>;
}
