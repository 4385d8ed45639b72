/** As the sums by the half hour had them; see there. */
const BANDS = `'{128000,200000,272000,512000}'::bigint[]`;
const HALF_HOUR_MS = 1_800_000;

export const TOKENS = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'input_audio_tokens',
  'cached_audio_tokens',
  'output_tokens',
  'reasoning_tokens',
  'output_audio_tokens',
  'total_tokens',
];
const each = (write: (column: string) => string, columns: readonly string[]): string =>
  columns.map(write).join(',\n    ');
export const summedOf = ({ counts }: Pick<SumForm, 'counts'>): readonly string[] => [
  ...counts,
  'cache_losses',
  'lost_tokens',
];

/** What is summed, and by what. */
export interface SumForm {
  /** Columns of both tables that are added up. */
  readonly counts: readonly string[];
  /** Of kinds that tell less, in `gomodel.kinds`. */
  readonly ids: readonly string[];
  /** Of `usage_sums`: grain, start and id. */
  readonly grains: readonly string[];
  /** Of `stream_times`. */
  readonly timeGrains: readonly string[];
}

/** By kind the half hour, the day and 32 days, then by model the half hour and the day. */
export const FIRST_FORM: SumForm = {
  counts: TOKENS,
  ids: ['model_id'],
  grains: [
    '(1, half_hour, kind_id)',
    '(2, half_hour / 48, kind_id)',
    '(3, half_hour / 1536, kind_id)',
    '(4, half_hour, model_id)',
    '(5, half_hour / 48, model_id)',
  ],
  timeGrains: [`(3, (day - '1970-01-01'::date) / 32, kind_id)`, `(5, day - '1970-01-01'::date, model_id)`],
};
const grainsOf = (grains: readonly string[]): string =>
  `(VALUES ${grains.join(', ')}) AS grains (grain, start, id)`;

export const mergeFrom = (
  from: string,
  form: Pick<SumForm, 'counts' | 'grains'>,
): string => `INSERT INTO gomodel.usage_sums AS c
    (grain, start, kind_id, band, requests, oldest_ms, newest_ms, min_input, max_input, ${summedOf(form).join(', ')})
  SELECT grain, start, id, band, sum(requests), min(oldest_ms), max(newest_ms), min(min_input), max(max_input),
    ${each((column) => `sum(${column})`, summedOf(form))}
    FROM ${from} CROSS JOIN LATERAL ${grainsOf(form.grains)}
    WHERE grain = 1 OR band <> -2
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;

/** A thread within a session has a name of its own, or is the session. */
const THREAD = `coalesce(nullif(thread_id, '='), session_id)`;
const SHARED = 'least(before, input_tokens)';

/** What each row of \`added\` paid for again of what its thread had in its context. */
const LOST = `SELECT id, ${SHARED} - cached_input_tokens AS lost FROM (
        SELECT id, input_tokens, cached_input_tokens,
          coalesce(lag(input_tokens) OVER (PARTITION BY thread ORDER BY id),
            (SELECT t.input_tokens FROM gomodel.thread_contexts t WHERE t.thread = turns.thread AND t.last_id < turns.id))
            AS before
        FROM turns) AS one
      WHERE before IS NOT NULL AND ${SHARED} >= 1024 AND ${SHARED} - cached_input_tokens >= greatest(1024, ${SHARED} * 0.25)`;

const TURNS = `SELECT a.id, a.day, hashtextextended(${THREAD}, 0) AS thread, a.input_tokens, a.cached_input_tokens
      FROM added a JOIN gomodel.kinds k ON k.id = a.kind_id AND NOT k.is_probe AND k.auth IS DISTINCT FROM 'rejected'
      WHERE a.duration_ms IS NOT NULL AND a.has_usage AND a.input_tokens > 0 AND ${THREAD} IS NOT NULL
        AND a.day >= v_dropped_before`;

export const CELL = `(started_ms / ${HALF_HOUR_MS})::integer AS half_hour, kind_id,
    CASE WHEN duration_ms IS NULL THEN -2 WHEN NOT has_usage THEN -1
      ELSE width_bucket(coalesce(input_tokens, 0), ${BANDS}) END AS band`;

const TIMED = (is_ttfb: boolean, ms: string): string =>
  `SELECT a.day, a.kind_id, coalesce(k.model_id, k.id) AS model_id, a.id, ${is_ttfb} AS is_ttfb, a.${ms} AS ms
        FROM added a JOIN gomodel.kinds k ON k.id = a.kind_id AND k.is_stream AND NOT k.is_probe AND k.finish = 'completed'`;
export const TIME_GRAINS = grainsOf(FIRST_FORM.timeGrains);

/** Adds the rows of \`added\` that are kept. One after another: two that add the same would wait for each other. */
export const addCounts = (form: SumForm): string => `
  PERFORM pg_advisory_xact_lock(7466310243);
  SELECT dropped_before INTO v_dropped_before FROM gomodel.log_state;
  WITH turns AS MATERIALIZED (${TURNS}),
    losses AS (${LOST}),
    cells AS MATERIALIZED (
      SELECT c.half_hour, c.kind_id, ${form.ids.map((id) => `coalesce(k.${id}, k.id) AS ${id}`).join(', ')}, c.band, count(*) AS requests,
        min(started_ms) AS oldest_ms, max(started_ms) AS newest_ms,
        coalesce(min(input_tokens), 0) AS min_input, coalesce(max(input_tokens), 0) AS max_input,
        ${each((column) => `sum(${column}) AS ${column}`, form.counts)},
        nullif(count(lost), 0) AS cache_losses, sum(lost) AS lost_tokens
      FROM (SELECT added.*, ${CELL.replace('kind_id,', '')} FROM added WHERE day >= v_dropped_before) AS c
        JOIN gomodel.kinds k ON k.id = c.kind_id LEFT JOIN losses ON losses.id = c.id
      GROUP BY ${['1, 2, 3', ...form.ids.map((_, place) => place + 4)].join(', ')})
  ${mergeFrom('cells', form)}
  ON CONFLICT (grain, start, kind_id, band) DO UPDATE SET requests = c.requests + excluded.requests,
    oldest_ms = least(c.oldest_ms, excluded.oldest_ms), newest_ms = greatest(c.newest_ms, excluded.newest_ms),
    min_input = least(c.min_input, excluded.min_input), max_input = greatest(c.max_input, excluded.max_input),
    ${each((column) => `${column} = coalesce(c.${column} + excluded.${column}, c.${column}, excluded.${column})`, summedOf(form))};

  WITH turns AS (${TURNS})
  INSERT INTO gomodel.thread_contexts AS t (thread, day, last_id, input_tokens)
  SELECT DISTINCT ON (thread) thread, day, id, input_tokens FROM turns ORDER BY thread, id DESC
  ON CONFLICT (thread) DO UPDATE SET day = excluded.day, last_id = excluded.last_id, input_tokens = excluded.input_tokens
    WHERE excluded.last_id > t.last_id;

  WITH named AS MATERIALIZED (
    SELECT day, name, hashtextextended(name, 0) AS session, kind_id, is_thread, min(started_ms) AS oldest_ms,
      max(started_ms) AS newest_ms
    FROM (SELECT *, coalesce(session_id, thread_id) AS name, false AS is_thread FROM added
      UNION ALL SELECT *, thread_id, true FROM added WHERE session_id IS NOT NULL AND thread_id <> '=') AS each
    WHERE day >= v_dropped_before AND duration_ms IS NOT NULL AND name IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5),
  names AS (
    INSERT INTO gomodel.sessions AS s (id, name, last_day)
    SELECT session, min(name), max(day) FROM named GROUP BY 1 ORDER BY 1
    ON CONFLICT (id) DO UPDATE SET last_day = excluded.last_day WHERE excluded.last_day > s.last_day)
  INSERT INTO gomodel.session_uses AS s (day, session, kind_id, is_thread, oldest_ms, newest_ms)
  SELECT day, session, kind_id, is_thread, oldest_ms, newest_ms FROM named ORDER BY 1, 2, 3, 4
  ON CONFLICT (day, session, kind_id, is_thread) DO UPDATE SET oldest_ms = least(s.oldest_ms, excluded.oldest_ms),
    newest_ms = greatest(s.newest_ms, excluded.newest_ms)
    WHERE excluded.oldest_ms < s.oldest_ms OR excluded.newest_ms > s.newest_ms;

  INSERT INTO gomodel.stream_times AS t (grain, start, kind_id, is_ttfb, bucket, requests, slowest_ms, slowest_id)
  SELECT grain, start, grains.id, is_ttfb, floor(ln(greatest(ms, 1)) / ln(1.05))::smallint, count(*), max(ms),
    (array_agg(times.id ORDER BY ms DESC))[1]
    FROM (${TIMED(false, 'duration_ms')}
      UNION ALL ${TIMED(true, 'ttfb_ms')}) AS times CROSS JOIN LATERAL ${grainsOf(form.timeGrains)}
    WHERE day >= v_dropped_before AND ms >= 0 AND ms < 1e12 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (grain, start, kind_id, is_ttfb, bucket) DO UPDATE SET requests = t.requests + excluded.requests,
    slowest_id = CASE WHEN excluded.slowest_ms > t.slowest_ms THEN excluded.slowest_id ELSE t.slowest_id END,
    slowest_ms = greatest(t.slowest_ms, excluded.slowest_ms);

  INSERT INTO gomodel.tool_uses AS t (day, kind_id, tools_id, requests)
  SELECT day, coalesce(k.model_id, k.id), tools_id, count(*)
    FROM added JOIN gomodel.kinds k ON k.id = added.kind_id
    WHERE day >= v_dropped_before AND duration_ms IS NOT NULL AND tools_id IS NOT NULL
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (day, kind_id, tools_id) DO UPDATE SET requests = t.requests + excluded.requests;
`;
