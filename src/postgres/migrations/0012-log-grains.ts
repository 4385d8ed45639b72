import {
  addCounts,
  CELL,
  FIRST_FORM,
  mergeFrom,
  type SumForm,
  TIME_GRAINS,
  TOKENS,
} from './0012-add-to-grains.ts';

/** From the sums of whoever has used an earlier version: all that those say. */
const TAKE_OVER = `
WITH cells AS (SELECT c.*, c.kind_id AS model_id, NULL::bigint AS cache_losses, NULL::bigint AS lost_tokens FROM gomodel.usage_cells c)
${mergeFrom('cells', FIRST_FORM)};
INSERT INTO gomodel.sessions (id, name, last_day)
  SELECT hashtextextended(session_id, 0), min(session_id), max(day) FROM gomodel.session_days GROUP BY 1;
INSERT INTO gomodel.session_uses (day, session, kind_id, is_thread, oldest_ms, newest_ms)
  SELECT day, hashtextextended(session_id, 0), kind_id, is_thread, oldest_ms, newest_ms FROM gomodel.session_days
  ORDER BY 1, 2, 3, 4;
INSERT INTO gomodel.stream_times (grain, start, kind_id, is_ttfb, bucket, requests, slowest_ms, slowest_id)
  SELECT grain, start, grains.id, is_ttfb, bucket, sum(requests), max(slowest_ms),
    (array_agg(slowest_id ORDER BY slowest_ms DESC))[1]
  FROM (SELECT *, kind_id AS model_id FROM gomodel.usage_times) AS times CROSS JOIN LATERAL ${TIME_GRAINS}
  GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5;
INSERT INTO gomodel.tool_uses (day, kind_id, tools_id, requests)
  SELECT day, kind_id, tools_id, count(*) FROM gomodel.exchanges, gomodel.log_state
  WHERE duration_ms IS NOT NULL AND tools_id IS NOT NULL AND day >= dropped_before GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
DROP TABLE gomodel.usage_cells, gomodel.session_days, gomodel.usage_times;
`;

/** The functions that add rows to the sums. */
export const countingFunctions = (
  form: SumForm,
): string => `CREATE OR REPLACE FUNCTION gomodel.count_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_dropped_before date;
BEGIN${addCounts(form)}
  RETURN NULL;
END $$;

-- Only what runs is ever changed: it ends.
CREATE OR REPLACE FUNCTION gomodel.count_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_dropped_before date;
BEGIN${addCounts(form)}
  UPDATE gomodel.usage_sums c SET requests = c.requests - gone.requests
    FROM (SELECT ${CELL}, count(*) AS requests FROM removed WHERE day >= v_dropped_before GROUP BY 1, 2, 3) AS gone
    WHERE c.grain = 1 AND c.start = gone.half_hour AND c.kind_id = gone.kind_id AND c.band = gone.band;
  DELETE FROM gomodel.usage_sums WHERE grain = 1 AND band = -2 AND requests <= 0;
  RETURN NULL;
END $$;
`;

/** Sums by longer times and by model alone, so that a year is few rows; by repository and policy, too. */
export const LOG_GRAINS = `
ALTER TABLE gomodel.kinds
  ADD COLUMN repository text,
  ADD COLUMN policy text,
  ADD COLUMN has_other_model boolean NOT NULL DEFAULT false,
  -- The kind that has the same models, provider and outcome, and nothing else. Absent: itself.
  ADD COLUMN model_id bigint;

CREATE TABLE gomodel.usage_sums (
  -- 1: a half hour, 2: a day, 3: 32 days, each by kind; 4: a half hour, 5: a day, by model alone. All of UTC.
  grain smallint NOT NULL,
  -- So many of its grain since 1970.
  start integer NOT NULL,
  kind_id bigint NOT NULL,
  -- -2: they run, by the half hour and kind alone; -1: without usage; else by the length of the input.
  band smallint NOT NULL,
  requests integer NOT NULL,
  oldest_ms bigint NOT NULL,
  newest_ms bigint NOT NULL,
  min_input bigint NOT NULL,
  max_input bigint NOT NULL,
  ${TOKENS.map((column) => `${column} bigint`).join(',\n  ')},
  -- Requests that paid again for what their thread had in its context, and for how many tokens.
  cache_losses integer,
  lost_tokens bigint,
  PRIMARY KEY (grain, start, kind_id, band)
) PARTITION BY LIST (grain);
-- Each grain lies together: a year of long ones is read from few pages.
CREATE TABLE gomodel.usage_sums_1 PARTITION OF gomodel.usage_sums FOR VALUES IN (1) WITH (fillfactor = 90);
CREATE TABLE gomodel.usage_sums_2 PARTITION OF gomodel.usage_sums FOR VALUES IN (2) WITH (fillfactor = 90);
CREATE TABLE gomodel.usage_sums_3 PARTITION OF gomodel.usage_sums FOR VALUES IN (3) WITH (fillfactor = 90);
CREATE TABLE gomodel.usage_sums_4 PARTITION OF gomodel.usage_sums FOR VALUES IN (4) WITH (fillfactor = 90);
CREATE TABLE gomodel.usage_sums_5 PARTITION OF gomodel.usage_sums FOR VALUES IN (5) WITH (fillfactor = 90);
CREATE INDEX usage_sums_running ON gomodel.usage_sums_1 (start) WHERE band = -2 AND requests > 0;

-- The input of the last request of each thread. Deleted with the rows of its day.
CREATE TABLE gomodel.thread_contexts (
  thread bigint PRIMARY KEY,
  day date NOT NULL,
  last_id text COLLATE "C" NOT NULL,
  input_tokens bigint NOT NULL
) WITH (fillfactor = 90);

-- By whom and how, a session was used on a day. Deleted with the rows of the day.
CREATE TABLE gomodel.sessions (
  -- A hash of its name.
  id bigint PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  last_day date NOT NULL
);
CREATE INDEX sessions_name ON gomodel.sessions (name);
CREATE TABLE gomodel.session_uses (
  day date NOT NULL,
  session bigint NOT NULL,
  kind_id bigint NOT NULL,
  -- A thread within a session, which has another name.
  is_thread boolean NOT NULL,
  oldest_ms bigint NOT NULL,
  newest_ms bigint NOT NULL,
  PRIMARY KEY (day, session, kind_id, is_thread)
);
CREATE INDEX session_uses_session ON gomodel.session_uses (session);

-- How long streams took that completed: a bucket is 5 % wide. Of grain 3 by kind, and 5 by model.
CREATE TABLE gomodel.stream_times (
  grain smallint NOT NULL,
  start integer NOT NULL,
  kind_id bigint NOT NULL,
  is_ttfb boolean NOT NULL,
  bucket smallint NOT NULL,
  requests integer NOT NULL,
  slowest_ms double precision NOT NULL,
  slowest_id text NOT NULL,
  PRIMARY KEY (grain, start, kind_id, is_ttfb, bucket)
);

-- How many exchanges called which tools, by day and model. Deleted with the rows of the day.
CREATE TABLE gomodel.tool_uses (
  day date NOT NULL,
  kind_id bigint NOT NULL,
  tools_id bigint NOT NULL,
  requests integer NOT NULL,
  PRIMARY KEY (day, kind_id, tools_id)
);
${TAKE_OVER}
${countingFunctions(FIRST_FORM)}
-- Makes the tables of some days; several gateways may ask for the same ones. Attached rather than created in their
-- place, so that whoever reads or writes other days goes on.
CREATE OR REPLACE FUNCTION gomodel.make_days(p_days date[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_day date;
  v_table text;
  v_name text;
BEGIN
  PERFORM pg_advisory_xact_lock(7466310242);
  FOREACH v_day IN ARRAY p_days LOOP
    FOREACH v_table IN ARRAY ARRAY['exchanges', 'body_blocks'] LOOP
      v_name := v_table || to_char(v_day, '_YYYYMMDD');
      CONTINUE WHEN to_regclass('gomodel.' || v_name) IS NOT NULL;
      EXECUTE format('CREATE TABLE gomodel.%I (LIKE gomodel.%I INCLUDING ALL)', v_name, v_table);
      EXECUTE format('ALTER TABLE gomodel.%I ATTACH PARTITION gomodel.%I FOR VALUES FROM (%L) TO (%L)',
        v_table, v_name, v_day, v_day + 1);
    END LOOP;
  END LOOP;
END $$;

-- Drops the tables of days before one: nothing is deleted row by row. Gives how many tables went.
CREATE OR REPLACE FUNCTION gomodel.drop_days(p_before date) RETURNS integer LANGUAGE plpgsql AS $$
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
  DELETE FROM gomodel.session_uses WHERE day < p_before;
  DELETE FROM gomodel.sessions WHERE last_day < p_before;
  DELETE FROM gomodel.thread_contexts WHERE day < p_before;
  DELETE FROM gomodel.tool_uses WHERE day < p_before;
  DELETE FROM gomodel.usage_sums WHERE grain = 1 AND band = -2 AND start < (p_before - '1970-01-01'::date) * 48;
  UPDATE gomodel.log_state SET dropped_before = greatest(dropped_before, p_before);
  RETURN v_count;
END $$;
`;
