/** The log of all gateways: a copy of their journals. */
export const LOG = `
-- By it a gateway knows the database that it has copied its log to.
INSERT INTO gomodel.secrets (name, value) VALUES ('database-id', convert_to(gen_random_uuid()::text, 'UTF8'));

CREATE TABLE gomodel.packs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The gateway's instance, a slash, and its file.
  name text NOT NULL UNIQUE,
  day date NOT NULL
);

CREATE TABLE gomodel.exchanges (
  -- Of the id's time, UTC.
  day date NOT NULL,
  id text COLLATE "C" NOT NULL,
  instance text NOT NULL,
  -- Of the last change, for those who follow: transactions end in another order than they begin in.
  tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
  started_ms bigint NOT NULL,
  -- Absent while it runs.
  duration_ms double precision,
  ttfb_ms double precision,
  status integer,
  is_failure boolean NOT NULL,
  is_stream boolean NOT NULL,
  is_probe boolean NOT NULL,
  method text,
  path text,
  model text,
  upstream_model text,
  requested_model text,
  sent_model text,
  -- As the client asked, as its provider was asked, and as the answer names it; in lower case.
  models text[] NOT NULL,
  provider text,
  -- The one that answered, and those that were tried.
  providers text[] NOT NULL,
  transport text,
  encoding text,
  auth text,
  key_id text,
  user_path text,
  labels text[],
  tool_calls text[],
  client_name text,
  client_version text,
  session_id text COLLATE "C",
  thread_id text COLLATE "C",
  turn_id text,
  finish text,
  error_origin text,
  error_code text,
  error_message text,
  response_id text,
  previous_response_id text,
  input_tokens bigint,
  cached_input_tokens bigint,
  output_tokens bigint,
  reasoning_tokens bigint,
  total_tokens bigint,
  has_usage boolean NOT NULL,
  -- Its other figures, as JSON; absent where there are none.
  more_usage text,
  -- What a search looks at beside the other columns, in lower case, a line each.
  searched text NOT NULL,
  -- The record, the headers and where the bodies are: deflated JSON.
  detail bytea NOT NULL,
  PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);
ALTER TABLE gomodel.exchanges ALTER COLUMN detail SET STORAGE EXTERNAL;
CREATE INDEX exchanges_tx ON gomodel.exchanges (tx, id);
CREATE INDEX exchanges_session ON gomodel.exchanges (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX exchanges_thread ON gomodel.exchanges (thread_id)
  WHERE thread_id IS NOT NULL AND thread_id IS DISTINCT FROM session_id;
CREATE INDEX exchanges_response ON gomodel.exchanges (response_id) WHERE response_id IS NOT NULL;
CREATE INDEX exchanges_previous ON gomodel.exchanges (previous_response_id)
  WHERE previous_response_id IS NOT NULL;

-- Compressed, as they lie in the files of bodies beside the journal.
CREATE TABLE gomodel.body_blocks (
  day date NOT NULL,
  pack_id bigint NOT NULL,
  start bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (day, pack_id, start)
) PARTITION BY RANGE (day);
ALTER TABLE gomodel.body_blocks ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Makes the tables of some days; several gateways may ask for the same ones.
CREATE FUNCTION gomodel.make_days(p_days date[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_day date;
  v_table text;
BEGIN
  PERFORM pg_advisory_xact_lock(7466310242);
  FOREACH v_day IN ARRAY p_days LOOP
    FOREACH v_table IN ARRAY ARRAY['exchanges', 'body_blocks'] LOOP
      EXECUTE format('CREATE TABLE IF NOT EXISTS gomodel.%I PARTITION OF gomodel.%I FOR VALUES FROM (%L) TO (%L)',
        v_table || to_char(v_day, '_YYYYMMDD'), v_table, v_day, v_day + 1);
    END LOOP;
  END LOOP;
END $$;

-- Drops the tables of days before one: nothing is deleted row by row. Gives how many days went.
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
  DELETE FROM gomodel.packs WHERE day < p_before;
  RETURN v_count;
END $$;
`;
