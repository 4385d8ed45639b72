import { MAX_WILDCARD_LENGTH, MAX_WILDCARDS } from '../base/match-wildcard.ts';
import { MIN_SESSION_PREFIX } from '../log/match-filter.ts';
import type { LogFilter, LogQuery } from '../log/port.ts';
import { wordsOf } from '../log/search/words.ts';
import { dayOfId, SEARCHED } from './log-columns.ts';

/** The condition of a query, with its values: their places are counted from 1. */
export interface Condition {
  readonly where: string;
  readonly values: readonly unknown[];
}

/** Gives the place of a value in the query, such as `$3`. */
type Bind = (value: unknown) => string;

const DAY_MS = 86_400_000;
/** Behind every text that begins so. */
const BEHIND = '\u{10ffff}';

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** `*` stands for anything. @returns undefined where the pattern matches nothing */
const likeOf = (pattern: string): string | undefined => {
  if (pattern.length > MAX_WILDCARD_LENGTH || pattern.split('*').length > MAX_WILDCARDS + 1) return undefined;
  return escapeLike(pattern.toLowerCase()).replaceAll('*', '%');
};

const matchWildcard = (pattern: string, bind: Bind, test: (place: string) => string): string => {
  const like = likeOf(pattern);
  return like === undefined ? 'false' : test(bind(like));
};

const ofStatus = (wanted: string, bind: Bind): string => {
  if (wanted === 'running') return 'duration_ms IS NULL';
  return /^[1-5]xx$/i.test(wanted)
    ? `left(status::text, 1) = ${bind(wanted.charAt(0))}`
    : `status::text = ${bind(wanted)}`;
};

const ofError = (wanted: string, bind: Bind): string =>
  wanted === 'any' ? 'is_failure' : `${bind(wanted)} IN (error_origin, error_code, finish)`;

const ofSession = (wanted: string, bind: Bind): string => {
  const own = bind(wanted);
  if (wanted.length < MIN_SESSION_PREFIX) return `(session_id = ${own} OR thread_id = ${own})`;
  const behind = bind(wanted + BEHIND);
  return `((session_id >= ${own} AND session_id < ${behind}) OR (thread_id >= ${own} AND thread_id < ${behind}))`;
};

const within = (root: string, bind: Bind): string =>
  root === '/'
    ? 'true'
    : `(coalesce(user_path, '/') = ${bind(root)} OR starts_with(coalesce(user_path, '/'), ${bind(`${root}/`)}))`;

type Compile = (wanted: string, bind: Bind) => string;

const COMPILERS: { readonly [Name in Exclude<keyof LogFilter, 'search'>]-?: Compile } = {
  model: (wanted, bind) =>
    matchWildcard(wanted, bind, (place) => `EXISTS (SELECT FROM unnest(models) m WHERE m LIKE ${place})`),
  requested_model: (wanted, bind) =>
    matchWildcard(wanted, bind, (place) => `lower(requested_model) LIKE ${place}`),
  sent_model: (wanted, bind) => matchWildcard(wanted, bind, (place) => `lower(sent_model) LIKE ${place}`),
  tool: (wanted, bind) =>
    matchWildcard(
      wanted,
      bind,
      (place) => `EXISTS (SELECT FROM unnest(tool_calls) t WHERE lower(t) LIKE ${place})`,
    ),
  provider: (wanted, bind) => `${bind(wanted)} = ANY(providers)`,
  method: (wanted, bind) => `method = ${bind(wanted.toUpperCase())}`,
  path: (wanted, bind) => matchWildcard(wanted, bind, (place) => `lower(path) LIKE ${place}`),
  status_code: ofStatus,
  error_type: ofError,
  stream: (wanted, bind) => `is_stream::text = ${bind(wanted)}`,
  session: ofSession,
  client: (wanted, bind) => `${bind(wanted)} IN (client_name, concat(client_name, '/', client_version))`,
  key: (wanted, bind) => `key_id = ${bind(wanted)}`,
  user_path: within,
  label: (wanted, bind) => `${bind(wanted)} = ANY(labels)`,
};

/** @param from the first place that is free */
export const compileQuery = (query: LogQuery, from = 1): Condition => {
  const { span, filter = {}, statuses, within: root, until, hasUsage, inBodies, ids } = query;
  const values: unknown[] = [];
  const bind: Bind = (value) => {
    values.push(value);
    return `$${values.length + from - 1}`;
  };
  const all: string[] = [];
  if (span) {
    // The day says which tables are read at all.
    if (Number.isFinite(span.fromMs) && span.fromMs > 0) {
      const day = new Date(span.fromMs - DAY_MS).toISOString().slice(0, 10);
      all.push(`day >= ${bind(day)}::date AND started_ms >= ${bind(Math.ceil(span.fromMs))}::bigint`);
    }
    if (Number.isFinite(span.toMs)) {
      const day = new Date(span.toMs + DAY_MS).toISOString().slice(0, 10);
      all.push(`day <= ${bind(day)}::date AND started_ms < ${bind(Math.ceil(span.toMs))}::bigint`);
    }
  }
  if (ids) all.push(`id = ANY(${bind([...ids])})`);
  if (until !== undefined) all.push(`day <= ${bind(dayOfId(until))}::date AND id <= ${bind(until)}`);
  if (root !== undefined) all.push(within(root, bind));
  if (hasUsage) all.push('has_usage');
  if (statuses) {
    const ranges = statuses.map(([low, high]) => `status BETWEEN ${bind(low)} AND ${bind(high)}`);
    all.push(`(${ranges.join(' OR ') || 'false'})`);
  }
  for (const [name, compile] of Object.entries(COMPILERS)) {
    const wanted = filter[name as keyof typeof COMPILERS];
    if (wanted) all.push(compile(wanted, bind));
  }
  if (filter.search) {
    const words = wordsOf(filter.search).map(
      (word) => `${SEARCHED} LIKE ${bind(`%${escapeLike(word.toLowerCase())}%`)}`,
    );
    const inThem = inBodies ? ` OR id = ANY(${bind([...inBodies])})` : '';
    all.push(`((${words.join(' AND ') || 'true'})${inThem})`);
  }
  return { where: all.length === 0 ? 'true' : all.join(' AND '), values };
};
