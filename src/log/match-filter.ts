import { matchesWildcard } from '../base/match-wildcard.ts';
import { isWithin } from '../base/user-path.ts';
import type { LogFilter, LogQuery } from './log-query.ts';
import { type ExchangeRecord, isFailure } from './record.ts';
import { wordsOf } from './search/words.ts';

const matchesText = (text: string | undefined, pattern: string): boolean =>
  text !== undefined && matchesWildcard(text, pattern);

/** As the client asked for it, as its provider was asked, or as the answer names it. */
const matchesModel = (record: ExchangeRecord, wanted: string): boolean =>
  [record.model, record.requestedModel, record.sentModel, record.upstreamModel].some((name) =>
    matchesText(name, wanted),
  );

const callsTool = ({ response }: ExchangeRecord, wanted: string): boolean =>
  [response.toolCalls, response.scriptCalls].some((names) =>
    names?.some((name) => matchesWildcard(name, wanted)),
  );

/** The one that answered, or one that was tried before it. */
const matchesProvider = ({ provider, attempts }: ExchangeRecord, wanted: string): boolean =>
  provider === wanted || attempts?.some((attempt) => attempt.provider === wanted) === true;

const matchesStatus = (record: ExchangeRecord, wanted: string): boolean => {
  if (wanted === 'running') return record.durationMs === undefined;
  const status = record.status?.toString() ?? '';
  return /^[1-5]xx$/i.test(wanted) ? status.startsWith(wanted.charAt(0)) : status === wanted;
};

const matchesError = (record: ExchangeRecord, wanted: string): boolean =>
  wanted === 'any'
    ? isFailure(record)
    : record.error?.origin === wanted || record.error?.code === wanted || record.response.finish === wanted;

export const MIN_SESSION_PREFIX = 8;

const matchesSession = (record: ExchangeRecord, wanted: string): boolean =>
  [record.client.sessionId, record.client.threadId].some((id) =>
    wanted.length >= MIN_SESSION_PREFIX ? id?.startsWith(wanted) : id === wanted,
  );

const matchesClient = ({ client }: ExchangeRecord, wanted: string): boolean =>
  client.name === wanted || `${client.name}/${client.version}` === wanted;

/** Without one, it was asked for nobody in particular: that is everybody's. */
export const isAskedWithin = (userPath: string | undefined, root: string): boolean =>
  isWithin(userPath ?? '/', root);

/** What a search looks into. */
const searchedIn = (record: ExchangeRecord): readonly (string | undefined)[] => {
  const { client, error, response } = record;
  return [
    record.id,
    record.path,
    record.model,
    record.upstreamModel,
    record.requestedModel,
    record.sentModel,
    record.responseId,
    record.previousResponseId,
    record.upstreamRequestId,
    record.clientRequestId,
    client.name,
    client.originator,
    client.sessionId,
    client.threadId,
    client.turnId,
    error?.code,
    error?.message,
    ...(response.toolCalls ?? []),
    ...(response.scriptCalls ?? []),
  ];
};

/** The places of those words of a search that a record does not hold. */
export const missingWords = (record: ExchangeRecord, words: readonly string[]): number[] => {
  const fields = searchedIn(record).map((field) => field?.toLowerCase());
  return [...words.keys()].filter(
    (place) => !fields.some((field) => field?.includes((words[place] as string).toLowerCase())),
  );
};

/**
 * Whether an exchange fulfils the log's filter. The gateway asks it of the journal, the page of the
 * exchanges that arrive live: one answer, or a live row would vanish at the next reload.
 */
export const matchesFilter = (record: ExchangeRecord, filter: LogFilter): boolean =>
  (!filter.model || matchesModel(record, filter.model)) &&
  (!filter.requested_model || matchesText(record.requestedModel, filter.requested_model)) &&
  (!filter.sent_model || matchesText(record.sentModel, filter.sent_model)) &&
  (!filter.provider || matchesProvider(record, filter.provider)) &&
  (!filter.method || record.method === filter.method.toUpperCase()) &&
  (!filter.path || matchesText(record.path, filter.path)) &&
  (!filter.status_code || matchesStatus(record, filter.status_code)) &&
  (!filter.error_type || matchesError(record, filter.error_type)) &&
  (!filter.stream || String(record.stream ?? false) === filter.stream) &&
  (!filter.session || matchesSession(record, filter.session)) &&
  (!filter.client || matchesClient(record, filter.client)) &&
  (!filter.key || record.keyId === filter.key) &&
  (!filter.user_path || isAskedWithin(record.userPath, filter.user_path)) &&
  (!filter.label || record.labels?.includes(filter.label) === true) &&
  (!filter.tool || callsTool(record, filter.tool)) &&
  (!filter.search || missingWords(record, wordsOf(filter.search)).length === 0);

const isInRanges = (status: number | undefined, ranges: NonNullable<LogQuery['statuses']>): boolean =>
  status !== undefined && ranges.some(([from, to]) => from <= status && status <= to);

/** Whether an exchange is among those that a query means. */
export const matchesQuery = (record: ExchangeRecord, query: LogQuery): boolean => {
  const { span, filter = {}, statuses, until, hasUsage, inBodies, within, ids, sessions } = query;
  const ms = Date.parse(record.startedAt);
  const { search: _, ...rest } = filter;
  return (
    (!span || (ms >= span.fromMs && ms < span.toMs)) &&
    (ids === undefined || ids.has(record.id)) &&
    (sessions === undefined || sessions.has(record.client.sessionId ?? record.client.threadId ?? '')) &&
    (until === undefined || record.id <= until) &&
    (within === undefined || isAskedWithin(record.userPath, within)) &&
    (!hasUsage || record.usage !== undefined) &&
    (!statuses || isInRanges(record.status, statuses)) &&
    matchesFilter(record, inBodies?.has(record.id) ? rest : filter)
  );
};
