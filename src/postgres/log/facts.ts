import type { Facts, Usage } from '../../log/port.ts';
import { SAME_AS_SESSION, TOKENS } from './columns.ts';

/** As the database gives it: absent is null. */
export type Row = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
type Value = Row[string] | undefined;

const textOf = (value: Value): string | undefined => (typeof value === 'string' ? value : undefined);
const numberOf = (value: Value): number => (typeof value === 'number' ? value : Number.NaN);
const listOf = (value: Value): readonly string[] | undefined =>
  Array.isArray(value) ? (value as readonly string[]) : undefined;

/** What facts have of the kind of their exchange. */
export type KindFacts = Pick<
  Facts,
  | 'status'
  | 'finish'
  | 'isFailure'
  | 'isStream'
  | 'isProbe'
  | 'method'
  | 'path'
  | 'model'
  | 'provider'
  | 'upstreamModel'
  | 'requestedModel'
  | 'sentModel'
  | 'serviceTier'
  | 'auth'
  | 'labels'
  | 'transport'
  | 'encoding'
  | 'keyId'
  | 'userPath'
  | 'clientName'
  | 'clientVersion'
  | 'errorOrigin'
  | 'errorCode'
  | 'repository'
  | 'policy'
  | 'hasOtherModel'
>;

/** @param row of `gomodel.kinds` */
export const kindFactsOf = (row: Row): KindFacts => ({
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
  serviceTier: textOf(row.service_tier),
  auth: textOf(row.auth),
  labels: listOf(row.labels),
  transport: textOf(row.transport),
  encoding: textOf(row.encoding),
  keyId: textOf(row.key_id),
  userPath: textOf(row.user_path),
  clientName: textOf(row.client_name),
  clientVersion: textOf(row.client_version),
  errorOrigin: textOf(row.error_origin),
  errorCode: textOf(row.error_code),
  repository: textOf(row.repository),
  policy: textOf(row.policy),
  hasOtherModel: row.has_other_model === true,
});

/** The tokens of a row. */
export const usageOf = (row: Row): Usage => {
  const usage: Usage = {};
  for (const [name, member] of TOKENS) {
    const tokens = row[name];
    if (typeof tokens === 'number') usage[member] = tokens;
  }
  return usage;
};

/** What an answer calls. */
export type CallFacts = Pick<Facts, 'toolCalls' | 'scriptCalls'>;

/** @param row of `gomodel.tool_calls` */
export const callFactsOf = ({ names, script_names }: Row): CallFacts => ({
  toolCalls: listOf(names),
  scriptCalls: listOf(script_names),
});

/**
 * Written member by member: spreading the kind takes ten times as long, and a year has a million.
 * @param row of `gomodel.exchanges`: its `FACTS_COLUMNS`
 */
export const factsOf = (row: Row, kind: KindFacts, calls: CallFacts | undefined): Facts => ({
  id: String(row.id),
  startedAtMs: numberOf(row.started_ms),
  durationMs: numberOf(row.duration_ms),
  ttfbMs: numberOf(row.ttfb_ms),
  status: kind.status,
  finish: kind.finish,
  isFailure: kind.isFailure,
  isStream: kind.isStream,
  isProbe: kind.isProbe,
  method: kind.method,
  path: textOf(row.path) ?? kind.path,
  model: kind.model,
  requestedModel: kind.requestedModel,
  sentModel: kind.sentModel,
  provider: kind.provider,
  upstreamModel: kind.upstreamModel,
  serviceTier: kind.serviceTier,
  transport: kind.transport,
  encoding: kind.encoding,
  auth: kind.auth,
  keyId: kind.keyId,
  userPath: kind.userPath,
  labels: kind.labels,
  toolCalls: calls?.toolCalls,
  scriptCalls: calls?.scriptCalls,
  clientName: kind.clientName,
  clientVersion: kind.clientVersion,
  repository: kind.repository,
  policy: kind.policy,
  hasOtherModel: kind.hasOtherModel,
  sessionId: textOf(row.session_id),
  threadId: textOf(row.thread_id === SAME_AS_SESSION ? row.session_id : row.thread_id),
  turnId: textOf(row.turn_id),
  usage: row.has_usage === true ? usageOf(row) : undefined,
  errorOrigin: kind.errorOrigin,
  errorCode: kind.errorCode,
  errorMessage: textOf(row.error_message),
  responseId: textOf(row.response_id),
  previousResponseId: textOf(row.previous_response_id),
});
