import type { CountedUnit, LimitSubject, RateLimit } from './rate-limit.ts';

/** How the tightest limit of a unit stands, as `x-ratelimit-*` tells it. */
interface Standing {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until all of it is there again. */
  readonly resetMs: number;
}

export type Standings = Partial<Record<CountedUnit, Standing>>;

export interface LimitStatus {
  readonly scope: string;
  /** Which one, of a scope that counts each apart; absent where that has counted nobody yet. */
  readonly child?: string;
  /** Such as `rpm`, or `concurrent`. */
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  /** Milliseconds until all of it is there again; absent for what runs at once. */
  readonly resetMs?: number;
  readonly source: RateLimit['source'];
}

export type Taken =
  | { readonly kind: 'granted'; readonly standings: Standings }
  | {
      readonly kind: 'refused';
      readonly limit: LimitStatus;
      readonly retryAfterMs: number;
      readonly standings: Standings;
    };

/** Counts requests, tokens and what runs at once, for every process of a gateway. */
export interface LimitCounter {
  /** Counts a request in every limit that holds for it, or in none. @param tokens what it may use */
  take(exchangeId: string, subject: LimitSubject, tokens: number): Taken | Promise<Taken>;
  /** It has ended. @param tokens what it has used; 0 for a request that never left */
  finish(exchangeId: string, tokens: number): void;
  /** @param subject only what holds for it; default all */
  status(subject?: LimitSubject): readonly LimitStatus[] | Promise<readonly LimitStatus[]>;
}
