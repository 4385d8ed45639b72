import type { ExchangeRecord } from '../../record.ts';
import { writeRareCounts } from './rare-counts.ts';

/** What is looked for or grouped by, and where a record has it. */
export const TEXTS = {
  method: ({ method }) => method,
  path: ({ path }) => path,
  model: ({ model }) => model,
  provider: ({ provider }) => provider,
  upstreamModel: ({ upstreamModel }) => upstreamModel,
  requestedModel: ({ requestedModel }) => requestedModel,
  sentModel: ({ sentModel }) => sentModel,
  /** The providers that were tried, joined by `LIST_SEPARATOR`. */
  attempted: ({ attempts }) => attempts?.map(({ provider }) => provider).join(LIST_SEPARATOR),
  serviceTier: ({ serviceTier }) => serviceTier,
  transport: ({ transport }) => transport,
  auth: ({ auth }) => auth,
  keyId: ({ keyId }) => keyId,
  userPath: ({ userPath }) => userPath,
  /** Joined by `LIST_SEPARATOR`. */
  labels: ({ labels }) => labels?.join(LIST_SEPARATOR),
  clientName: ({ client }) => client.name,
  clientVersion: ({ client }) => client.version,
  originator: ({ client }) => client.originator,
  repository: ({ client }) => client.repository,
  policy: ({ client }) => client.policy,
  sessionId: ({ client }) => client.sessionId,
  threadId: ({ client }) => client.threadId,
  turnId: ({ client }) => client.turnId,
  encoding: ({ request }) => request.encoding,
  finish: ({ response }) => response.finish,
  /** Joined by `LIST_SEPARATOR`. */
  toolCalls: ({ response }) => response.toolCalls?.join(LIST_SEPARATOR),
  scriptCalls: ({ response }) => response.scriptCalls?.join(LIST_SEPARATOR),
  errorOrigin: ({ error }) => error?.origin,
  errorCode: ({ error }) => error?.code,
  errorMessage: ({ error }) => error?.message,
  responseId: ({ responseId }) => responseId,
  previousResponseId: ({ previousResponseId }) => previousResponseId,
  upstreamRequestId: ({ upstreamRequestId }) => upstreamRequestId,
  clientRequestId: ({ clientRequestId }) => clientRequestId,
  /** Counts that few have, as `writeRareCounts` joins them: a column each would be empty. */
  rareCounts: ({ usage }) => usage && writeRareCounts(usage),
} as const satisfies Record<string, (record: ExchangeRecord) => string | undefined>;

export const NUMBERS = {
  startedAtMs: ({ startedAt }) => Date.parse(startedAt),
  durationMs: ({ durationMs }) => durationMs,
  ttfbMs: ({ ttfbMs }) => ttfbMs,
  status: ({ status }) => status,
  inputTokens: ({ usage }) => usage?.inputTokens,
  cachedInputTokens: ({ usage }) => usage?.cachedInputTokens,
  cacheWriteTokens: ({ usage }) => usage?.cacheWriteTokens,
  cacheWrite1hTokens: ({ usage }) => usage?.cacheWrite1hTokens,
  inputAudioTokens: ({ usage }) => usage?.inputAudioTokens,
  cachedAudioTokens: ({ usage }) => usage?.cachedAudioTokens,
  outputTokens: ({ usage }) => usage?.outputTokens,
  reasoningTokens: ({ usage }) => usage?.reasoningTokens,
  outputAudioTokens: ({ usage }) => usage?.outputAudioTokens,
  totalTokens: ({ usage }) => usage?.totalTokens,
} as const satisfies Record<string, (record: ExchangeRecord) => number | undefined>;

export type TextColumn = keyof typeof TEXTS;
export type NumberColumn = keyof typeof NUMBERS | 'offset' | 'length';

export const LIST_SEPARATOR = '\u0000';
export const READ_NUMBERS = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[];
export const TEXT_COLUMNS = Object.keys(TEXTS) as TextColumn[];
export const NUMBER_COLUMNS: readonly NumberColumn[] = [...READ_NUMBERS, 'offset', 'length'];

/** Bits of `flags`. */
export const IS_STREAM = 1;
export const IS_FAILURE = 2;
export const HAS_USAGE = 4;
export const IS_PROBE = 8;
export const HAS_OTHER_MODEL = 16;
