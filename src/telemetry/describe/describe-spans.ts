import { type Attempt, type ExchangeRecord, isFailure } from '../../log/record.ts';
import { type Attributes, asSeconds, nanosOf, toKeyValues } from '../otlp/attributes.ts';
import { answeredAttributes, askedAttributes, type Naming } from './genai-attributes.ts';
import { operationOf, providerNameOf } from './operation.ts';
import { spanIdOf, tracePlaceOf } from './trace-ids.ts';

/** What a record does not say. */
export interface DescribeDeps {
  readonly naming: Naming;
  /** The kind of a provider, such as `vertex`, by the name that its user gave it. */
  readonly kindOf: (provider: string) => string;
}

const SERVER = 2;
const CLIENT = 3;
const FAILED = 2;

const withoutQuery = (path: string): string => path.split('?', 1)[0] as string;

const hostOf = (upstream: string): Attributes => {
  const url = URL.canParse(`https://${upstream}`) ? new URL(`https://${upstream}`) : undefined;
  return url
    ? { 'server.address': url.hostname, 'server.port': url.port === '' ? 443 : Number(url.port) }
    : { 'server.address': upstream };
};

/** What identifies an exchange and who asked, on its span and its log record alike. */
export const exchangeAttributes = (record: ExchangeRecord): Attributes => {
  const { client } = record;
  return {
    'gomodel.exchange.id': record.id,
    'gomodel.user_path': record.userPath,
    'gomodel.labels': record.labels,
    'gomodel.key.id': record.keyId,
    'session.id': client.sessionId,
    'gen_ai.conversation.id': client.threadId ?? client.sessionId,
    'gomodel.turn.id': client.turnId,
    'gomodel.client.name': client.name,
    'gomodel.client.version': client.version,
  };
};

export const errorTypeOf = (record: ExchangeRecord): string | undefined => {
  if (!isFailure(record)) return undefined;
  if (record.error && record.error.code !== 'unknown') return record.error.code;
  return (record.status ?? 0) >= 400 ? String(record.status) : (record.response.finish ?? 'failed');
};

const statusOf = (record: ExchangeRecord): object | undefined =>
  isFailure(record)
    ? { code: FAILED, ...(record.error && { message: record.error.message.slice(0, 1_000) }) }
    : undefined;

interface Times {
  readonly startMs: number;
  readonly endMs: number;
}

const timesOf = ({ startMs, endMs }: Times): object => ({
  startTimeUnixNano: nanosOf(startMs),
  endTimeUnixNano: nanosOf(Math.max(startMs, endMs)),
});

const describeServer = (record: ExchangeRecord, times: Times): object => {
  const { traceId, spanId, parentId } = tracePlaceOf(record);
  const path = withoutQuery(record.path);
  return {
    traceId,
    spanId,
    ...(parentId !== undefined && { parentSpanId: parentId }),
    name: `${record.method} ${path.length > 100 ? `${path.slice(0, 100)}…` : path}`,
    kind: SERVER,
    ...timesOf(times),
    attributes: toKeyValues({
      'http.request.method': record.method,
      'url.path': path,
      'http.response.status_code': record.status,
      'network.protocol.name': record.transport,
      'error.type': errorTypeOf(record),
      ...exchangeAttributes(record),
      'gomodel.requested_model': record.requestedModel,
      'gomodel.route': record.route,
      'gomodel.finish': record.response.finish,
      'gomodel.overhead': asSeconds(record.overheadMs),
      'gomodel.findings': record.findings,
      'gomodel.warnings': record.warnings?.map(({ code }) => code),
    }),
    // As HTTP has it: what the client did wrong is no error of the server's.
    ...((record.status ?? 500) >= 500 && { status: statusOf(record) }),
  };
};

/** One request to a provider. */
const describeAttempt = (
  record: ExchangeRecord,
  { provider, model, status, error }: Attempt,
  {
    times,
    index,
    attributes,
  }: { readonly times: Times; readonly index: number; readonly attributes: Attributes },
  { naming, kindOf }: DescribeDeps,
): object => {
  const { traceId, spanId } = tracePlaceOf(record);
  const operation = operationOf(record.path);
  const asked = { operation: operation ?? '', provider: providerNameOf(kindOf(provider)), model };
  return {
    traceId,
    spanId: spanIdOf(record.id, `client ${index}`),
    parentSpanId: spanId,
    name: operation === undefined ? record.method : model === undefined ? operation : `${operation} ${model}`,
    kind: CLIENT,
    ...timesOf(times),
    attributes: toKeyValues({
      ...(operation === undefined
        ? { 'http.request.method': record.method }
        : askedAttributes(asked, naming)),
      'gomodel.provider': provider,
      'http.response.status_code': status,
      'gen_ai.conversation.id': record.client.threadId ?? record.client.sessionId,
      'error.type': error?.code,
      ...attributes,
    }),
    ...(error && { status: { code: FAILED, message: error.message.slice(0, 1_000) } }),
  };
};

/**
 * An exchange that has ended as spans: one for the request that came, whose parent is the client's own span, and below it
 * one for each request to a provider.
 * @param usd what it cost, where somebody knows
 * @param content what was asked and answered, where that is wanted
 * @returns in the form of OTLP's JSON, without what the resource says
 */
export const describeSpans = (
  record: ExchangeRecord,
  usd: number | undefined,
  content: Attributes,
  deps: DescribeDeps,
): readonly object[] => {
  const startMs = Date.parse(record.startedAt);
  const endMs = startMs + (record.durationMs ?? 0);
  const server = describeServer(record, { startMs, endMs });
  const { provider, upstream, attempts } = record;
  // What a budget or a limit refused has a destination, and never left for it.
  if (provider === undefined || upstream === undefined || record.sentMs === undefined) return [server];
  const sentMs = startMs + record.sentMs;
  const model = record.sentModel ?? record.upstreamModel ?? record.requestedModel ?? record.model;
  const type = errorTypeOf(record);
  const last: Attempt = {
    ...{ provider, durationMs: 0 },
    ...(model !== undefined && { model }),
    ...(record.status !== undefined && { status: record.status }),
    ...(type !== undefined && {
      error: { origin: 'upstream', code: type, message: record.error?.message ?? '' },
    }),
  };
  const answered = {
    ...hostOf(upstream),
    ...(operationOf(record.path) === undefined ? {} : answeredAttributes(record, usd, deps.naming)),
    ...content,
  };
  const earlier = (attempts ?? []).slice(0, -1).map((attempt, index) => {
    const from = sentMs + (attempt.startedMs ?? 0);
    const times = { startMs: from, endMs: from + attempt.durationMs };
    return describeAttempt(record, attempt, { times, index, attributes: {} }, deps);
  });
  const index = earlier.length;
  const times = { startMs: sentMs + (attempts?.at(-1)?.startedMs ?? 0), endMs };
  return [server, ...earlier, describeAttempt(record, last, { times, index, attributes: answered }, deps)];
};
