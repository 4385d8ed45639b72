import { idTimeMs } from '../../base/ids.ts';
import type { ExchangeRecord, Usage } from '../../log/port.ts';
import { type Column, namesOf } from './column.ts';
import { ownPathOf } from './kinds.ts';

/** The members of a usage, and their columns. */
export const TOKENS = [
  ['input_tokens', 'inputTokens'],
  ['cached_input_tokens', 'cachedInputTokens'],
  ['cache_write_tokens', 'cacheWriteTokens'],
  ['cache_write_1h_tokens', 'cacheWrite1hTokens'],
  ['input_audio_tokens', 'inputAudioTokens'],
  ['cached_audio_tokens', 'cachedAudioTokens'],
  ['output_tokens', 'outputTokens'],
  ['reasoning_tokens', 'reasoningTokens'],
  ['output_audio_tokens', 'outputAudioTokens'],
  ['total_tokens', 'totalTokens'],
  ['web_searches', 'webSearches'],
  ['preview_web_searches', 'previewWebSearches'],
  ['file_searches', 'fileSearches'],
  ['citation_tokens', 'citationTokens'],
  ['input_image_tokens', 'inputImageTokens'],
  ['cached_image_tokens', 'cachedImageTokens'],
  ['output_image_tokens', 'outputImageTokens'],
  ['audio_ms', 'audioMs'],
  ['characters', 'characters'],
] as const satisfies readonly (readonly [string, keyof Usage])[];

/** A thread that has the id of its session, as Codex's first one has. */
export const SAME_AS_SESSION = '=';

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

const SEARCHED_TEXTS = `concat_ws(E'\\n', id, path, response_id, previous_response_id, session_id, thread_id, turn_id, error_message, searched)`;
/** All of a row that a search looks at, in lower case; its kind has more. */
export const SEARCHED = `lower(${SEARCHED_TEXTS})`;
/** The same with only ASCII in lower case: takes half as long, and a word of ASCII is found as well in it. */
export const SEARCHED_ASCII = `lower(${SEARCHED_TEXTS} COLLATE "C")`;
export const SEARCHED_OF_KIND = `lower(concat_ws(E'\\n', path, array_to_string(models, E'\\n'), client_name, error_code))`;

/** The day of an exchange, UTC, by its id: it never changes. */
export const dayOfId = (id: string): string => new Date(idTimeMs(id) ?? 0).toISOString().slice(0, 10);

export const COLUMNS: readonly Column[] = [
  { name: 'day', type: 'date', of: ({ id }) => dayOfId(id) },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'started_ms', type: 'bigint', of: ({ startedAt }) => Date.parse(startedAt) },
  {
    name: 'duration_ms',
    type: 'double precision',
    of: ({ durationMs }, isEnded) => (isEnded ? (durationMs ?? 0) : undefined),
  },
  { name: 'ttfb_ms', type: 'double precision', of: ({ ttfbMs }) => ttfbMs },
  ...TOKENS.map(([name, member]): Column => ({ name, type: 'bigint', of: ({ usage }) => usage?.[member] })),
  { name: 'has_usage', type: 'boolean', of: ({ usage }) => usage !== undefined },
  { name: 'path', type: 'text', of: ownPathOf },
  { name: 'session_id', type: 'text', of: ({ client }) => client.sessionId },
  {
    name: 'thread_id',
    type: 'text',
    of: ({ client: { threadId, sessionId } }) =>
      threadId !== undefined && threadId === sessionId ? SAME_AS_SESSION : threadId,
  },
  { name: 'turn_id', type: 'text', of: ({ client }) => client.turnId },
  { name: 'error_message', type: 'text', of: ({ error }) => error?.message },
  { name: 'response_id', type: 'text', of: ({ responseId }) => responseId },
  { name: 'previous_response_id', type: 'text', of: ({ previousResponseId }) => previousResponseId },
  { name: 'searched', type: 'text', of: searchedOf },
];

/** The columns that facts are read from. */
export const FACTS_COLUMNS = `${namesOf(COLUMNS.filter(({ name }) => !['day', 'searched'].includes(name)))}, kind_id, tools_id`;
