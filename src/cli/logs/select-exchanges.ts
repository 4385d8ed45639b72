import type { ExchangeFilter } from '../../admin/api-types.ts';
import { matchesFilter } from '../../admin/match-filter.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import { parseSince, parseStatuses } from './parse-flags.ts';

export interface SelectFlags {
  readonly status?: string;
  readonly model?: string;
  readonly session?: string;
  readonly since?: string;
  readonly errors?: boolean;
}

export interface Selection {
  readonly matches: (record: ExchangeRecord) => boolean;
  /** Milliseconds since the epoch: what began before is not wanted. */
  readonly sinceMs: number;
}

/**
 * What the flags of `logs` ask for.
 * @throws GatewayError invalid_usage, saying what a flag takes
 */
export const selectExchanges = (flags: SelectFlags, nowMs: number): Selection => {
  const hasStatus = flags.status === undefined ? () => true : parseStatuses(flags.status);
  const filter: ExchangeFilter = {
    ...(flags.model !== undefined && { model: flags.model }),
    ...(flags.session !== undefined && { session: flags.session }),
    ...(flags.errors && { error_type: 'any' }),
  };
  const sinceMs = flags.since === undefined ? Number.NEGATIVE_INFINITY : parseSince(flags.since, nowMs);
  return {
    sinceMs,
    matches: (record) =>
      Date.parse(record.startedAt) >= sinceMs && hasStatus(record.status) && matchesFilter(record, filter),
  };
};
