import { type ExchangeRecord, isFailure, type Usage } from './record.ts';

/** What sums and sessions need of an exchange. */
export interface Facts {
  readonly id: string;
  readonly startedAtMs: number;
  /** NaN while it runs. */
  readonly durationMs: number;
  /** NaN where nothing came. */
  readonly ttfbMs: number;
  readonly status: number | undefined;
  readonly finish: string | undefined;
  readonly isFailure: boolean;
  readonly isStream: boolean;
  /** Counted in no figure. */
  readonly isProbe: boolean;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly model: string | undefined;
  /** As the client asked for it, where that is another name. */
  readonly requestedModel: string | undefined;
  /** As the provider was asked for it. */
  readonly sentModel: string | undefined;
  readonly provider: string | undefined;
  /** The provider's name of the model, where it is another. */
  readonly upstreamModel: string | undefined;
  /** The tier that served it, unless it is the standard one. */
  readonly serviceTier: string | undefined;
  readonly transport: string | undefined;
  readonly encoding: string | undefined;
  readonly auth: string | undefined;
  readonly keyId: string | undefined;
  readonly userPath: string | undefined;
  /** Absent where it has none. */
  readonly labels: readonly string[] | undefined;
  /** Names of the tools that the answer calls, in their order. */
  readonly toolCalls: readonly string[] | undefined;
  /** Those of the tools that scripts among them call. */
  readonly scriptCalls: readonly string[] | undefined;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
  /** What its turn works on, and the policy that its client names. */
  readonly repository: string | undefined;
  readonly policy: string | undefined;
  /** Its provider answered with another model than it was asked for. */
  readonly hasOtherModel: boolean;
  readonly sessionId: string | undefined;
  readonly threadId: string | undefined;
  readonly turnId: string | undefined;
  readonly usage: Usage | undefined;
  readonly errorOrigin: string | undefined;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  readonly responseId: string | undefined;
  readonly previousResponseId: string | undefined;
}

/** A copy that holds on to nothing. */
export const keepFacts = (facts: Facts): Facts => ({
  id: facts.id,
  startedAtMs: facts.startedAtMs,
  durationMs: facts.durationMs,
  ttfbMs: facts.ttfbMs,
  status: facts.status,
  finish: facts.finish,
  isFailure: facts.isFailure,
  isStream: facts.isStream,
  isProbe: facts.isProbe,
  method: facts.method,
  path: facts.path,
  model: facts.model,
  requestedModel: facts.requestedModel,
  sentModel: facts.sentModel,
  provider: facts.provider,
  upstreamModel: facts.upstreamModel,
  serviceTier: facts.serviceTier,
  transport: facts.transport,
  encoding: facts.encoding,
  auth: facts.auth,
  keyId: facts.keyId,
  userPath: facts.userPath,
  labels: facts.labels,
  toolCalls: facts.toolCalls,
  scriptCalls: facts.scriptCalls,
  clientName: facts.clientName,
  clientVersion: facts.clientVersion,
  repository: facts.repository,
  policy: facts.policy,
  hasOtherModel: facts.hasOtherModel,
  sessionId: facts.sessionId,
  threadId: facts.threadId,
  turnId: facts.turnId,
  usage: facts.usage,
  errorOrigin: facts.errorOrigin,
  errorCode: facts.errorCode,
  errorMessage: facts.errorMessage,
  responseId: facts.responseId,
  previousResponseId: facts.previousResponseId,
});

export const factsOfRecord = (record: ExchangeRecord): Facts => ({
  id: record.id,
  startedAtMs: Date.parse(record.startedAt),
  durationMs: record.durationMs ?? Number.NaN,
  ttfbMs: record.ttfbMs ?? Number.NaN,
  status: record.status,
  finish: record.response.finish,
  isFailure: isFailure(record),
  isStream: record.stream ?? false,
  isProbe: record.probe ?? false,
  method: record.method,
  path: record.path,
  model: record.model,
  requestedModel: record.requestedModel,
  sentModel: record.sentModel,
  provider: record.provider,
  upstreamModel: record.upstreamModel,
  serviceTier: record.serviceTier,
  transport: record.transport,
  encoding: record.request.encoding,
  auth: record.auth,
  keyId: record.keyId,
  userPath: record.userPath,
  labels: record.labels,
  toolCalls: record.response.toolCalls,
  scriptCalls: record.response.scriptCalls,
  clientName: record.client.name,
  clientVersion: record.client.version,
  repository: record.client.repository,
  policy: record.client.policy,
  hasOtherModel: record.findings?.includes('other_model') ?? false,
  sessionId: record.client.sessionId,
  threadId: record.client.threadId,
  turnId: record.client.turnId,
  usage: record.usage,
  errorOrigin: record.error?.origin,
  errorCode: record.error?.code,
  errorMessage: record.error?.message,
  responseId: record.responseId,
  previousResponseId: record.previousResponseId,
});
