import type { Facts } from '../log/port.ts';
import { type FactsRow, usageOfRow } from './log-columns.ts';

const textOf = (value: FactsRow[string] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
const numberOf = (value: FactsRow[string] | undefined): number =>
  typeof value === 'number' ? value : Number.NaN;

const listOf = (value: FactsRow[string] | undefined): readonly string[] | undefined =>
  Array.isArray(value) ? (value as readonly string[]) : undefined;

/** What a row of `FACTS_COLUMNS` says. */
export const factsOfRow = (row: FactsRow): Facts => ({
  id: String(row.id),
  startedAtMs: numberOf(row.started_ms),
  durationMs: numberOf(row.duration_ms),
  ttfbMs: numberOf(row.ttfb_ms),
  status: typeof row.status === 'number' ? row.status : undefined,
  finish: textOf(row.finish),
  isFailure: row.is_failure === true,
  isStream: row.is_stream === true,
  isProbe: row.is_probe === true,
  method: textOf(row.method),
  path: textOf(row.path),
  model: textOf(row.model),
  provider: textOf(row.provider),
  upstreamModel: textOf(row.upstream_model),
  requestedModel: textOf(row.requested_model),
  sentModel: textOf(row.sent_model),
  auth: textOf(row.auth),
  labels: listOf(row.labels),
  toolCalls: listOf(row.tool_calls),
  transport: textOf(row.transport),
  encoding: textOf(row.encoding),
  keyId: textOf(row.key_id),
  userPath: textOf(row.user_path),
  clientName: textOf(row.client_name),
  clientVersion: textOf(row.client_version),
  sessionId: textOf(row.session_id),
  threadId: textOf(row.thread_id),
  turnId: textOf(row.turn_id),
  usage: usageOfRow(row),
  errorOrigin: textOf(row.error_origin),
  errorCode: textOf(row.error_code),
  errorMessage: textOf(row.error_message),
  responseId: textOf(row.response_id),
  previousResponseId: textOf(row.previous_response_id),
});
