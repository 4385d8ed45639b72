import { idTimeMs } from '../../base/ids.ts';
import { MAX_WILDCARD_LENGTH, MAX_WILDCARDS } from '../../base/match-wildcard.ts';
import { MIN_SESSION_PREFIX } from '../../log/match-filter.ts';
import type { LogFilter, LogQuery, TimeSpan } from '../../log/port.ts';
import { allOf, type Clause } from './clauses.ts';
import { dayOfId } from './columns.ts';
import { escapeLike, ofSearch } from './search-clauses.ts';
import { areOfModels, sumsFor } from './sums/choose-sums.ts';
import type { SumsBy } from './sums/half-hours.ts';

/** A query as conditions on the tables of the log. */
export interface CompiledQuery {
  readonly span: TimeSpan | undefined;
  /** An id: only that exchange and earlier ones. */
  readonly until: string | undefined;
  /** On `gomodel.kinds`. */
  readonly kinds: readonly Clause[];
  /** On `gomodel.exchanges`: all that is asked for but the kind. */
  readonly rows: readonly Clause[];
  /** On `gomodel.usage_sums`; undefined where they cannot tell. */
  readonly cells: readonly Clause[] | undefined;
  /** On `gomodel.tool_uses`, where those can tell how many there are; on `gomodel.tool_calls`. */
  readonly tools: Clause | undefined;
  /** True where the kinds of models alone tell which kinds are meant. */
  readonly isOfModels: boolean;
  /** The fewest sums that tell which are meant. */
  readonly sumsBy: SumsBy;
  /** Rows that the cells do not tell of, and kinds that all of them have. */
  readonly strays: readonly Strays[];
}

interface Strays {
  readonly row: Clause;
  readonly kinds: readonly Clause[];
}

/** What one thing that is asked for means for each table: what means nothing for cells has to be asked of rows. */
interface Condition {
  readonly kind?: Clause;
  readonly row?: Clause;
  readonly cell?: Clause;
  readonly strays?: Strays;
  readonly tools?: Clause;
}

const DAY_MS = 86_400_000;
/** Behind every text that begins so. */
const BEHIND = '\u{10ffff}';

/** `*` stands for anything. */
const wildcard = (pattern: string, test: (place: string) => string): Clause => {
  // Too long, it matches nothing.
  if (pattern.length > MAX_WILDCARD_LENGTH || pattern.split('*').length > MAX_WILDCARDS + 1)
    return () => 'false';
  return (bind) => test(bind(escapeLike(pattern.toLowerCase()).replaceAll('*', '%')));
};

const ofStatus = (wanted: string): Condition => {
  if (wanted === 'running') return { row: () => 'duration_ms IS NULL', cell: () => 'band = -2' };
  return {
    kind: (bind) =>
      /^[1-5]xx$/i.test(wanted)
        ? `left(status::text, 1) = ${bind(wanted.charAt(0))}`
        : `status::text = ${bind(wanted)}`,
  };
};

const ofSession =
  (wanted: string): Clause =>
  (bind) => {
    const own = bind(wanted);
    if (wanted.length < MIN_SESSION_PREFIX) return `(session_id = ${own} OR thread_id = ${own})`;
    const behind = bind(wanted + BEHIND);
    return `((session_id >= ${own} AND session_id < ${behind}) OR (thread_id >= ${own} AND thread_id < ${behind}))`;
  };

const within =
  (root: string): Clause =>
  (bind) =>
    root === '/'
      ? 'true'
      : `(coalesce(user_path, '/') = ${bind(root)} OR starts_with(coalesce(user_path, '/'), ${bind(`${root}/`)}))`;

/** A kind has the path of those that were let in. */
const ofPath = (wanted: string): Condition => {
  const matches = wildcard(wanted, (place) => `lower(path) LIKE ${place}`);
  const cell: Clause = (bind) => `kind_id IN (SELECT id FROM gomodel.kinds WHERE ${matches(bind)})`;
  return {
    row: (bind) => `(CASE WHEN path IS NULL THEN ${cell(bind)} ELSE ${matches(bind)} END)`,
    cell,
    strays: { row: () => 'path IS NOT NULL', kinds: [() => 'path IS NULL'] },
  };
};

const ofTool = (wanted: string): Condition => {
  const matches = wildcard(
    wanted,
    (place) => `EXISTS (SELECT FROM unnest(names || script_names) name WHERE lower(name) LIKE ${place})`,
  );
  // As an array, so that the index is asked for each of them.
  const tools: Clause = (bind) =>
    `tools_id = ANY(ARRAY(SELECT id FROM gomodel.tool_calls WHERE ${matches(bind)}))`;
  return { row: tools, tools };
};

const COMPILERS: {
  readonly [Name in Exclude<keyof LogFilter, 'search'>]-?: (wanted: string) => Condition;
} = {
  model: (wanted) => ({
    kind: wildcard(wanted, (place) => `EXISTS (SELECT FROM unnest(models) m WHERE m LIKE ${place})`),
  }),
  requested_model: (wanted) => ({
    kind: wildcard(wanted, (place) => `lower(requested_model) LIKE ${place}`),
  }),
  sent_model: (wanted) => ({ kind: wildcard(wanted, (place) => `lower(sent_model) LIKE ${place}`) }),
  tool: ofTool,
  provider: (wanted) => ({ kind: (bind) => `${bind(wanted)} = ANY(providers)` }),
  method: (wanted) => ({ kind: (bind) => `method = ${bind(wanted.toUpperCase())}` }),
  path: ofPath,
  status_code: ofStatus,
  error_type: (wanted) => ({
    kind: (bind) =>
      wanted === 'any' ? 'is_failure' : `${bind(wanted)} IN (error_origin, error_code, finish)`,
  }),
  stream: (wanted) => ({ kind: (bind) => `is_stream::text = ${bind(wanted)}` }),
  session: (wanted) => ({ row: ofSession(wanted) }),
  client: (wanted) => ({
    kind: (bind) => `${bind(wanted)} IN (client_name, concat(client_name, '/', client_version))`,
  }),
  key: (wanted) => ({ kind: (bind) => `key_id = ${bind(wanted)}` }),
  user_path: (wanted) => ({ kind: within(wanted) }),
  label: (wanted) => ({ kind: (bind) => `${bind(wanted)} = ANY(labels)` }),
};

const conditionsOf = (query: LogQuery): Condition[] => {
  const { filter = {}, statuses, within: root, hasUsage, inBodies, ids, sessions } = query;
  const all: Condition[] = [];
  if (ids) {
    const days = [...new Set([...ids].map(dayOfId))];
    all.push({ row: (bind) => `day = ANY(${bind(days)}::date[]) AND id = ANY(${bind([...ids])})` });
  }
  if (sessions) {
    all.push({
      row: (bind) => {
        const wanted = bind([...sessions]);
        return `(session_id = ANY(${wanted}) OR (session_id IS NULL AND thread_id = ANY(${wanted})))`;
      },
    });
  }
  if (root !== undefined && root !== '/') all.push({ kind: within(root) });
  if (hasUsage) all.push({ row: () => 'has_usage', cell: () => 'band >= 0' });
  if (statuses) {
    all.push({
      kind: (bind) => {
        const ranges = statuses.map(([low, high]) => `status BETWEEN ${bind(low)} AND ${bind(high)}`);
        return `(${ranges.join(' OR ') || 'false'})`;
      },
    });
  }
  for (const [name, compile] of Object.entries(COMPILERS)) {
    const wanted = filter[name as keyof typeof COMPILERS];
    if (wanted) all.push(compile(wanted));
  }
  if (filter.search) all.push({ row: ofSearch(filter.search, inBodies) });
  return all;
};

export const compileQuery = (query: LogQuery): CompiledQuery => {
  const conditions = conditionsOf(query);
  const clauses = (of: 'kind' | 'row' | 'cell'): Clause[] =>
    conditions.map((condition) => condition[of]).filter((clause) => clause !== undefined);
  const isTimed = query.until === undefined || idTimeMs(query.until) !== undefined;
  const isInCells = isTimed && conditions.every(({ row, cell }) => row === undefined || cell !== undefined);
  const [ofTools, ...others] = conditions.filter(({ row }) => row !== undefined);
  const areModels = areOfModels(query);
  return {
    span: query.span,
    until: query.until,
    kinds: clauses('kind'),
    rows: clauses('row'),
    cells: isInCells ? clauses('cell') : undefined,
    tools: isTimed && areModels && others.length === 0 ? ofTools?.tools : undefined,
    isOfModels: areModels,
    sumsBy: sumsFor(query),
    strays: conditions.flatMap(({ strays }) => (strays ? [strays] : [])),
  };
};

/** Whether sums tell of all that is selected. */
export const isSummed = ({ cells, strays, until }: CompiledQuery): boolean =>
  cells !== undefined && strays.length === 0 && until === undefined;

/** Of those that a query means, by their kind. */
export const ofKinds = ({ kinds }: Pick<CompiledQuery, 'kinds'>): readonly Clause[] =>
  kinds.length === 0
    ? []
    : [(bind) => `kind_id IN (SELECT id FROM gomodel.kinds WHERE ${allOf(kinds, bind)})`];

/** Probes are counted in no figure. */
export const isNoProbe: Clause = () => 'kind_id NOT IN (SELECT id FROM gomodel.kinds WHERE is_probe)';

const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Rows that began within a span. The day says which tables are read at all. */
const withinSpan = ({ fromMs, toMs }: TimeSpan): readonly Clause[] => [
  ...(fromMs > 0 && Number.isFinite(fromMs)
    ? ([
        (bind) =>
          `day >= ${bind(dayAt(fromMs - DAY_MS))}::date AND started_ms >= ${bind(Math.ceil(fromMs))}::bigint`,
      ] satisfies Clause[])
    : []),
  ...(Number.isFinite(toMs)
    ? ([
        (bind) =>
          `day <= ${bind(dayAt(toMs + DAY_MS))}::date AND started_ms < ${bind(Math.ceil(toMs))}::bigint`,
      ] satisfies Clause[])
    : []),
];

const upTo =
  (until: string): Clause =>
  (bind) =>
    `day <= ${bind(dayOfId(until))}::date AND id <= ${bind(until)}`;

/** Rows of a query. */
export const rowClauses = (compiled: CompiledQuery): readonly Clause[] => [
  ...(compiled.span ? withinSpan(compiled.span) : []),
  ...(compiled.until === undefined ? [] : [upTo(compiled.until)]),
  ...compiled.rows,
  ...ofKinds(compiled),
];
