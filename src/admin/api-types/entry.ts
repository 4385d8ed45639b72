/*
 * What `/admin/api/v1` is asked and answers, as types: the contract between the gateway and its page, one file a
 * subject. The OpenAPI document is generated from this folder.
 *
 * Query parameters and sums are snake_case as in GoModel's API; what comes from an exchange keeps the record's own
 * camelCase fields. Absent means not known. Money is in USD, and `null` where a price is not known: never 0. Dates are
 * `YYYY-MM-DD` in the zone of `timezone`.
 *
 * Every refusal is an `ErrorAnswer`; without a session it is 401.
 */
import type { ExchangeRecord } from '../../log/port.ts';

/** What is paid for one by one, beside tokens. */
export interface FeeLine {
  kind: 'webSearch' | 'previewWebSearch' | 'fileSearch' | 'audio' | 'characters' | 'request';
  /** Of `audio`, milliseconds. */
  count: number;
  /** How many `rate` is for: 1,000 searches or requests, an hour of sound, a million characters. */
  per: number;
  /** USD; absent where no price is known: then the cost is more than it says. */
  rate?: number;
  /** USD. */
  cost?: number;
}

/** A record with what the API knows beside it. */
export interface AuditEntry extends ExchangeRecord {
  /**
   * Who pays: `metered` (`costUsd` is an amount, or absent for a model without a price), or
   * `subscription` (covered by a ChatGPT plan: `costUsd` is absent, `listPriceUsd` says its worth).
   */
  billing?: 'metered' | 'subscription';
  /** What a subscription covered, at the price list's rates. Never part of a cost. */
  listPriceUsd?: number;
  /** What it used and has no known price: then it costs more than `costUsd` or `listPriceUsd` says. */
  unpriced?: FeeLine['kind'][];
  /** Set where nobody knows the prices of its `serviceTier`: it was priced as the standard one. */
  pricedAsStandard?: true;
  /**
   * Told by `audit/stream` alone, of an exchange that has ended: tokens that the last request of its thread had in its
   * context and that were paid for again, and what they cost more than from the cache (absent where unknown).
   */
  lostCache?: { tokens: number; usd?: number };
}

export interface Paged<Entry> {
  entries: Entry[];
  /** How many there are in all that fulfil the query. */
  total: number;
  limit: number;
  offset: number;
}
