/** Bounds of the bands of input by which prices may differ: each price of the list changes at one of them. */
const BANDS = `'{128000,200000,272000,512000}'::bigint[]`;
const HALF_HOUR_MS = 1_800_000;

const TOKENS = [
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
const each = (write: (column: string) => string): string => TOKENS.map(write).join(',\n    ');

const CELL = `(started_ms / ${HALF_HOUR_MS})::integer AS half_hour, kind_id,
    CASE WHEN duration_ms IS NULL THEN -2 WHEN NOT has_usage THEN -1
      ELSE width_bucket(coalesce(input_tokens, 0), ${BANDS}) END AS band`;

/** Adds the rows of \`added\` that are kept. One after another: two that add the same would wait for each other. */
const ADD = `
  PERFORM pg_advisory_xact_lock(7466310243);
  SELECT dropped_before INTO v_dropped_before FROM gomodel.log_state;
  INSERT INTO gomodel.usage_cells AS c (half_hour, kind_id, band, requests, oldest_ms, newest_ms,
    min_input, max_input, ${TOKENS.join(', ')})
  SELECT ${CELL}, count(*), min(started_ms), max(started_ms),
    coalesce(min(input_tokens), 0), coalesce(max(input_tokens), 0), ${each((column) => `sum(${column})`)}
    FROM added WHERE day >= v_dropped_before GROUP BY 1, 2, 3
  ON CONFLICT (half_hour, kind_id, band) DO UPDATE SET requests = c.requests + excluded.requests,
    oldest_ms = least(c.oldest_ms, excluded.oldest_ms), newest_ms = greatest(c.newest_ms, excluded.newest_ms),
    min_input = least(c.min_input, excluded.min_input), max_input = greatest(c.max_input, excluded.max_input),
    ${each((column) => `${column} = coalesce(c.${column} + excluded.${column}, c.${column}, excluded.${column})`)};

  INSERT INTO gomodel.session_days AS s (day, session_id, kind_id, is_thread, oldest_ms, newest_ms)
  SELECT day, name, kind_id, is_thread, min(started_ms), max(started_ms)
    FROM (SELECT *, coalesce(session_id, thread_id) AS name, false AS is_thread FROM added
      UNION ALL SELECT *, thread_id, true FROM added WHERE session_id IS NOT NULL AND thread_id <> '=') AS named
    WHERE day >= v_dropped_before AND duration_ms IS NOT NULL AND name IS NOT NULL
    GROUP BY 1, 2, 3, 4
  ON CONFLICT (day, session_id, kind_id, is_thread) DO UPDATE SET oldest_ms = least(s.oldest_ms, excluded.oldest_ms),
    newest_ms = greatest(s.newest_ms, excluded.newest_ms);

  INSERT INTO gomodel.usage_times AS t (day, kind_id, is_ttfb, bucket, requests, slowest_ms, slowest_id)
  SELECT day, kind_id, is_ttfb, floor(ln(greatest(ms, 1)) / ln(1.05))::smallint, count(*), max(ms),
    (array_agg(id ORDER BY ms DESC))[1]
    FROM (SELECT a.day, a.kind_id, a.id, false AS is_ttfb, a.duration_ms AS ms FROM added a
        JOIN gomodel.kinds k ON k.id = a.kind_id AND k.is_stream AND NOT k.is_probe AND k.finish = 'completed'
      UNION ALL SELECT a.day, a.kind_id, a.id, true, a.ttfb_ms FROM added a
        JOIN gomodel.kinds k ON k.id = a.kind_id AND k.is_stream AND NOT k.is_probe AND k.finish = 'completed') AS times
    WHERE day >= v_dropped_before AND ms >= 0 AND ms < 1e12 GROUP BY 1, 2, 3, 4
  ON CONFLICT (day, kind_id, is_ttfb, bucket) DO UPDATE SET requests = t.requests + excluded.requests,
    slowest_id = CASE WHEN excluded.slowest_ms > t.slowest_ms THEN excluded.slowest_id ELSE t.slowest_id END,
    slowest_ms = greatest(t.slowest_ms, excluded.slowest_ms);
`;

/**
 * Sums of the log, kept beside its rows and in their transactions, whoever writes them: a row that is told again
 * changes nothing, and is not counted again.
 */
export const LOG_SUMS = `
CREATE TABLE gomodel.usage_cells (
  -- Since 1970: where days and hours begin in nearly all time zones.
  half_hour integer NOT NULL,
  kind_id bigint NOT NULL,
  -- -2: they run; -1: without usage; else by the length of the input.
  band smallint NOT NULL,
  requests integer NOT NULL,
  oldest_ms bigint NOT NULL,
  newest_ms bigint NOT NULL,
  min_input bigint NOT NULL,
  max_input bigint NOT NULL,
  ${TOKENS.map((column) => `${column} bigint`).join(',\n  ')},
  PRIMARY KEY (half_hour, kind_id, band)
) WITH (fillfactor = 80);
CREATE INDEX usage_cells_running ON gomodel.usage_cells (half_hour) WHERE band = -2 AND requests > 0;

-- By whom and how, a session was used on a day. Deleted with the rows of the day.
CREATE TABLE gomodel.session_days (
  day date NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  kind_id bigint NOT NULL,
  -- A thread within a session, which has another name.
  is_thread boolean NOT NULL,
  oldest_ms bigint NOT NULL,
  newest_ms bigint NOT NULL,
  PRIMARY KEY (day, session_id, kind_id, is_thread)
);
CREATE INDEX session_days_session ON gomodel.session_days (session_id);

-- How long streams took that completed: a bucket is 5 % wide.
CREATE TABLE gomodel.usage_times (
  day date NOT NULL,
  kind_id bigint NOT NULL,
  is_ttfb boolean NOT NULL,
  bucket smallint NOT NULL,
  requests integer NOT NULL,
  slowest_ms double precision NOT NULL,
  slowest_id text NOT NULL,
  PRIMARY KEY (day, kind_id, is_ttfb, bucket)
);

CREATE FUNCTION gomodel.count_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_dropped_before date;
BEGIN${ADD}
  RETURN NULL;
END $$;
CREATE TRIGGER count_inserted AFTER INSERT ON gomodel.exchanges REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION gomodel.count_inserted();

-- Only what runs is ever changed: it ends.
CREATE FUNCTION gomodel.count_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_dropped_before date;
BEGIN${ADD}
  UPDATE gomodel.usage_cells c SET requests = c.requests - gone.requests
    FROM (SELECT ${CELL}, count(*) AS requests FROM removed WHERE day >= v_dropped_before GROUP BY 1, 2, 3) AS gone
    WHERE c.half_hour = gone.half_hour AND c.kind_id = gone.kind_id AND c.band = gone.band;
  DELETE FROM gomodel.usage_cells WHERE band = -2 AND requests <= 0;
  RETURN NULL;
END $$;
CREATE TRIGGER count_updated AFTER UPDATE ON gomodel.exchanges
  REFERENCING NEW TABLE AS added OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION gomodel.count_updated();

-- Drops the tables of days before one: nothing is deleted row by row. Gives how many tables went.
CREATE FUNCTION gomodel.drop_days(p_before date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_table text;
  v_count integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(7466310242) THEN RETURN 0; END IF;
  FOR v_table IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent IN ('gomodel.exchanges'::regclass, 'gomodel.body_blocks'::regclass)
        AND right(c.relname, 8) < to_char(p_before, 'YYYYMMDD')
  LOOP
    EXECUTE format('DROP TABLE gomodel.%I', v_table);
    v_count := v_count + 1;
  END LOOP;
  -- Behind the tables' locks, as whoever adds rows takes it.
  PERFORM pg_advisory_xact_lock(7466310243);
  DELETE FROM gomodel.packs WHERE day < p_before;
  DELETE FROM gomodel.session_days WHERE day < p_before;
  DELETE FROM gomodel.usage_cells WHERE band = -2 AND half_hour < (p_before - '1970-01-01'::date) * 48;
  UPDATE gomodel.log_state SET dropped_before = greatest(dropped_before, p_before);
  RETURN v_count;
END $$;
`;
