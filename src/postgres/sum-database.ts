import type { GroupKey, LogQuery, SumRow } from '../log/port.ts';
import { compileQuery } from './compile-query.ts';
import type { Query } from './database.ts';

const GROUPS: Readonly<Record<Exclude<GroupKey, 'day'>, string>> = {
  model: 'model',
  requestedModel: 'requested_model',
  sentModel: 'sent_model',
  provider: 'provider',
  clientName: 'client_name',
  clientVersion: 'client_version',
  sessionId: 'session_id',
  keyId: 'key_id',
  userPath: 'user_path',
  errorCode: 'error_code',
};

const SUMS = `count(*) AS requests,
  count(*) FILTER (WHERE is_failure) AS "failedRequests",
  coalesce(sum(input_tokens), 0)::bigint AS "inputTokens",
  coalesce(sum(cached_input_tokens), 0)::bigint AS "cachedInputTokens",
  coalesce(sum(output_tokens), 0)::bigint AS "outputTokens",
  coalesce(sum(reasoning_tokens), 0)::bigint AS "reasoningTokens",
  coalesce(sum(total_tokens), 0)::bigint AS "totalTokens"`;

/** Sums by group, as `LogReader.sums` has them. */
export const sumDatabase = async (
  query: Query,
  selected: LogQuery,
  by: readonly GroupKey[],
  timezone: string,
): Promise<readonly SumRow[]> => {
  const { where, values } = compileQuery(selected, 2);
  // The time zone has a place in every query: one that is not used would have no type.
  const day = `to_char(to_timestamp(started_ms / 1000.0) AT TIME ZONE $1::text, 'YYYY-MM-DD')`;
  const groups = by.map((key) => (key === 'day' ? day : GROUPS[key]));
  const places = groups.map((_, place) => String(place + 1)).join(', ');
  const rows = await query<Omit<SumRow, 'group'> & Readonly<Record<string, unknown>>>(
    `SELECT ${groups.map((group, place) => `${group} AS g${place}, `).join('')}${SUMS}
      FROM gomodel.exchanges WHERE NOT is_probe AND $1::text IS NOT NULL AND ${where}
      ${groups.length > 0 ? `GROUP BY ${places}` : 'HAVING count(*) > 0'}`,
    [timezone, ...values],
  );
  return rows.map((row) => ({
    group: by.map((_, place) => (row[`g${place}`] ?? undefined) as string | undefined),
    requests: row.requests,
    failedRequests: row.failedRequests,
    inputTokens: row.inputTokens,
    cachedInputTokens: row.cachedInputTokens,
    outputTokens: row.outputTokens,
    reasoningTokens: row.reasoningTokens,
    totalTokens: row.totalTokens,
  }));
};
