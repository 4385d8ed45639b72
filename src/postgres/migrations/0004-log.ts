/** The log of all gateways: a copy of their journals. */
export const LOG = `
-- By it a gateway knows the database that it has copied its log to.
INSERT INTO gomodel.secrets (name, value) VALUES ('database-id', convert_to(gen_random_uuid()::text, 'UTF8'));

CREATE TABLE gomodel.instances (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  -- A gateway that was not seen for a while does not live any more.
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE gomodel.log_state (
  -- The rows of earlier days were dropped; their sums are kept, and what comes late is not added to them.
  dropped_before date NOT NULL
);
INSERT INTO gomodel.log_state VALUES ('1970-01-01');

CREATE TABLE gomodel.packs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The gateway's instance, a slash, and its file.
  name text NOT NULL UNIQUE,
  day date NOT NULL
);

-- What many exchanges have in common: a row of theirs names it by a hash of it.
CREATE TABLE gomodel.kinds (
  id bigint PRIMARY KEY,
  status integer,
  is_failure boolean NOT NULL,
  is_stream boolean NOT NULL,
  is_probe boolean NOT NULL,
  method text,
  -- Of those that were let in: strangers may ask for anything.
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
  client_name text,
  client_version text,
  finish text,
  error_origin text,
  error_code text
);

-- Tools that an answer calls, in their order, by a hash of them.
CREATE TABLE gomodel.tool_calls (
  id bigint PRIMARY KEY,
  names text[] NOT NULL
);

CREATE TABLE gomodel.exchanges (
  -- Of the id's time, UTC.
  day date NOT NULL,
  instance_id integer NOT NULL,
  id text COLLATE "C" NOT NULL,
  -- Of the last change, for those who follow: transactions end in another order than they begin in.
  tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
  started_ms bigint NOT NULL,
  kind_id bigint NOT NULL,
  -- Absent while it runs.
  duration_ms double precision,
  ttfb_ms double precision,
  input_tokens bigint,
  cached_input_tokens bigint,
  cache_write_tokens bigint,
  cache_write_1h_tokens bigint,
  input_audio_tokens bigint,
  cached_audio_tokens bigint,
  output_tokens bigint,
  reasoning_tokens bigint,
  output_audio_tokens bigint,
  total_tokens bigint,
  tools_id bigint,
  has_usage boolean NOT NULL,
  -- Where its kind has none.
  path text,
  session_id text COLLATE "C",
  -- '=' where it is the session's.
  thread_id text COLLATE "C",
  turn_id text,
  error_message text,
  response_id text,
  previous_response_id text,
  -- What a search looks at beside the other columns, in lower case, a line each.
  searched text NOT NULL,
  -- The record, the headers and where the bodies are: deflated JSON.
  detail bytea NOT NULL,
  PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);
ALTER TABLE gomodel.exchanges ALTER COLUMN detail SET STORAGE EXTERNAL;
CREATE INDEX exchanges_tx ON gomodel.exchanges (tx);
CREATE INDEX exchanges_running ON gomodel.exchanges (instance_id) WHERE duration_ms IS NULL;
CREATE INDEX exchanges_kind ON gomodel.exchanges (kind_id);
CREATE INDEX exchanges_tools ON gomodel.exchanges (tools_id) WHERE tools_id IS NOT NULL;
CREATE INDEX exchanges_path ON gomodel.exchanges (day) WHERE path IS NOT NULL;
CREATE INDEX exchanges_session ON gomodel.exchanges (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX exchanges_thread ON gomodel.exchanges (thread_id) WHERE thread_id IS NOT NULL AND thread_id <> '=';
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
`;
