import { idTimeMs } from '../base/ids.ts';
import type { ExchangeRecord, LoggedExchange, Usage } from '../log/port.ts';
import { isFailure } from '../log/port.ts';

/** A column of `gomodel.exchanges`, and what it has of an exchange. */
interface Column {
  readonly name: string;
  readonly type: 'text' | 'text[]' | 'boolean' | 'integer' | 'bigint' | 'double precision' | 'date';
  readonly of: (record: ExchangeRecord, isEnded: boolean) => unknown;
}

const SUMMED = [
  ['input_tokens', 'inputTokens'],
  ['cached_input_tokens', 'cachedInputTokens'],
  ['output_tokens', 'outputTokens'],
  ['reasoning_tokens', 'reasoningTokens'],
  ['total_tokens', 'totalTokens'],
] as const satisfies readonly (readonly [string, keyof Usage])[];

const moreUsage = (usage: Usage | undefined): string | undefined => {
  const summed: ReadonlySet<string> = new Set(SUMMED.map(([, member]) => member));
  const more = Object.entries(usage ?? {}).filter(([member]) => !summed.has(member));
  return more.length > 0 ? JSON.stringify(Object.fromEntries(more)) : undefined;
};

/** What PostgreSQL takes for a text: no zeros, and no half characters. */
const plain = (text: string): string => Buffer.from(text.replaceAll('\0', '\ufffd'), 'utf8').toString('utf8');

/** What a search looks at and no other column has. */
const searchedOf = ({ client, ...record }: ExchangeRecord): string =>
  [
    record.upstreamRequestId,
    record.clientRequestId,
    client.originator === client.name ? undefined : client.originator,
  ]
    .filter((text) => text !== undefined)
    .join('\n')
    .toLowerCase();

/** All that a search looks at, in lower case. */
export const SEARCHED = `lower(concat_ws(E'\\n', id, path, array_to_string(models, E'\\n'), array_to_string(tool_calls, E'\\n'), response_id, previous_response_id,
  client_name, session_id, thread_id, turn_id, error_code, error_message, searched))`;

const distinct = (texts: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(texts.filter((text) => text !== undefined)),
];

/** The day of an exchange, UTC, by its id: it never changes. */
export const dayOfId = (id: string): string => new Date(idTimeMs(id) ?? 0).toISOString().slice(0, 10);

export const COLUMNS: readonly Column[] = [
  { name: 'day', type: 'date', of: ({ id }) => dayOfId(id) },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'started_ms', type: 'bigint', of: ({ startedAt }) => Date.parse(startedAt) },
  {
    name: 'duration_ms',
    type: 'double precision',
    of: ({ durationMs }, isEnded) => durationMs ?? (isEnded ? 0 : undefined),
  },
  { name: 'ttfb_ms', type: 'double precision', of: ({ ttfbMs }) => ttfbMs },
  { name: 'status', type: 'integer', of: ({ status }) => status },
  { name: 'is_failure', type: 'boolean', of: isFailure },
  { name: 'is_stream', type: 'boolean', of: ({ stream }) => stream ?? false },
  { name: 'is_probe', type: 'boolean', of: ({ probe }) => probe ?? false },
  { name: 'method', type: 'text', of: ({ method }) => method },
  { name: 'path', type: 'text', of: ({ path }) => path },
  { name: 'model', type: 'text', of: ({ model }) => model },
  { name: 'upstream_model', type: 'text', of: ({ upstreamModel }) => upstreamModel },
  { name: 'requested_model', type: 'text', of: ({ requestedModel }) => requestedModel },
  { name: 'sent_model', type: 'text', of: ({ sentModel }) => sentModel },
  {
    name: 'models',
    type: 'text[]',
    of: ({ model, requestedModel, sentModel, upstreamModel }) =>
      distinct([model, requestedModel, sentModel, upstreamModel].map((name) => name?.toLowerCase())),
  },
  { name: 'provider', type: 'text', of: ({ provider }) => provider },
  {
    name: 'providers',
    type: 'text[]',
    of: ({ provider, attempts = [] }) => distinct([provider, ...attempts.map((one) => one.provider)]),
  },
  { name: 'transport', type: 'text', of: ({ transport }) => transport },
  { name: 'encoding', type: 'text', of: ({ request }) => request.encoding },
  { name: 'auth', type: 'text', of: ({ auth }) => auth },
  { name: 'key_id', type: 'text', of: ({ keyId }) => keyId },
  { name: 'user_path', type: 'text', of: ({ userPath }) => userPath },
  { name: 'labels', type: 'text[]', of: ({ labels }) => labels },
  { name: 'tool_calls', type: 'text[]', of: ({ response }) => response.toolCalls },
  { name: 'client_name', type: 'text', of: ({ client }) => client.name },
  { name: 'client_version', type: 'text', of: ({ client }) => client.version },
  { name: 'session_id', type: 'text', of: ({ client }) => client.sessionId },
  { name: 'thread_id', type: 'text', of: ({ client }) => client.threadId },
  { name: 'turn_id', type: 'text', of: ({ client }) => client.turnId },
  { name: 'finish', type: 'text', of: ({ response }) => response.finish },
  { name: 'error_origin', type: 'text', of: ({ error }) => error?.origin },
  { name: 'error_code', type: 'text', of: ({ error }) => error?.code },
  { name: 'error_message', type: 'text', of: ({ error }) => error?.message },
  { name: 'response_id', type: 'text', of: ({ responseId }) => responseId },
  { name: 'previous_response_id', type: 'text', of: ({ previousResponseId }) => previousResponseId },
  ...SUMMED.map(([name, member]): Column => ({ name, type: 'bigint', of: ({ usage }) => usage?.[member] })),
  { name: 'has_usage', type: 'boolean', of: ({ usage }) => usage !== undefined },
  { name: 'more_usage', type: 'text', of: ({ usage }) => moreUsage(usage) },
  { name: 'searched', type: 'text', of: searchedOf },
];

/** Of all columns, in their order; what PostgreSQL would not take is replaced. */
export const rowOf = ({ record, isEnded }: LoggedExchange): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    COLUMNS.map(({ name, type, of }) => {
      const value = of(record, isEnded) ?? null;
      if (typeof value === 'string') return [name, plain(value)];
      if (Array.isArray(value)) return [name, value.map((each) => plain(String(each)))];
      // Counts of strangers' servers may be no whole numbers.
      const isWhole = type === 'integer' || type === 'bigint';
      return [name, isWhole && typeof value === 'number' ? Math.trunc(value) : value];
    }),
  );

export type FactsRow = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** The usage of a row; undefined where it has none. */
export const usageOfRow = (row: FactsRow): Usage | undefined => {
  if (row.has_usage !== true) return undefined;
  const usage: Usage = typeof row.more_usage === 'string' ? (JSON.parse(row.more_usage) as Usage) : {};
  for (const [name, member] of SUMMED) {
    const tokens = row[name];
    if (typeof tokens === 'number') usage[member] = tokens;
  }
  return usage;
};

/** The columns that `factsOfRow` reads. */
export const FACTS_COLUMNS = COLUMNS.filter(
  ({ name }) => !['day', 'models', 'providers', 'searched'].includes(name),
)
  .map(({ name }) => name)
  .join(', ');
