/** What was spent and reserved, and what limits have counted, for all gateways at once. */
export const BUDGETS_AND_LIMITS = `
CREATE TABLE gomodel.budget_windows (
  -- A budget's id; of one that counts each apart, with the child behind a line break.
  key text NOT NULL,
  start_ms bigint NOT NULL,
  -- In billionths of a USD, or tokens, by the budget's unit.
  spent bigint NOT NULL DEFAULT 0,
  reserved bigint NOT NULL DEFAULT 0,
  tokens bigint NOT NULL DEFAULT 0,
  list_nano_usd bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (key, start_ms)
) WITH (fillfactor = 50);

CREATE TABLE gomodel.reservations (
  exchange_id text PRIMARY KEY,
  instance text NOT NULL,
  state text NOT NULL CHECK (state IN ('reserved', 'freed', 'settled')),
  -- Of each budget: key, startMs, amount.
  places jsonb NOT NULL,
  -- Until then it is reserved; or until then its settlement is remembered.
  until timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX reservations_until ON gomodel.reservations (until);
CREATE INDEX reservations_instance ON gomodel.reservations (instance) WHERE state = 'reserved';

CREATE TYPE gomodel.place AS (
  key text, "startMs" bigint, "limit" bigint, input bigint, amount bigint, spent bigint, "isHard" boolean
);

-- All that lock windows lock them in one order, so that none waits for another in a circle.
CREATE FUNCTION gomodel.lock_windows(p_places jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM gomodel.budget_windows w
    JOIN (SELECT DISTINCT key, "startMs" FROM jsonb_populate_recordset(NULL::gomodel.place, p_places)) p
      ON w.key = p.key AND w.start_ms = p."startMs"
    ORDER BY w.key, w.start_ms FOR UPDATE OF w;
END $$;

-- Sets the estimate of a request aside in all of its budgets, or in none.
-- Gives 'granted', 'refused', or the state of an exchange that is known; and how the windows stood before.
CREATE FUNCTION gomodel.reserve_budgets(
  p_exchange text, p_instance text, p_places jsonb, p_now timestamptz, p_lease interval
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_verdict text;
  v_windows jsonb;
BEGIN
  SELECT state INTO v_verdict FROM gomodel.reservations WHERE exchange_id = p_exchange;
  IF v_verdict IS NULL THEN
    INSERT INTO gomodel.budget_windows (key, start_ms)
      SELECT key, "startMs" FROM jsonb_populate_recordset(NULL::gomodel.place, p_places)
      ORDER BY key, "startMs" ON CONFLICT DO NOTHING;
    PERFORM gomodel.lock_windows(p_places);
  END IF;
  SELECT coalesce(jsonb_agg(jsonb_build_object('key', w.key, 'startMs', w.start_ms, 'spent', w.spent,
      'reserved', w.reserved, 'tokens', w.tokens, 'listNanoUsd', w.list_nano_usd)), '[]')
    INTO v_windows FROM gomodel.budget_windows w
    JOIN jsonb_populate_recordset(NULL::gomodel.place, p_places) p
      ON w.key = p.key AND w.start_ms = p."startMs";
  IF v_verdict IS NOT NULL THEN
    RETURN jsonb_build_object('verdict', v_verdict, 'windows', v_windows);
  END IF;
  INSERT INTO gomodel.reservations (exchange_id, instance, state, places, until)
    SELECT p_exchange, p_instance, 'reserved', p_places, p_now + p_lease
    WHERE NOT EXISTS (
      SELECT FROM jsonb_populate_recordset(NULL::gomodel.place, p_places) p
        JOIN gomodel.budget_windows w ON w.key = p.key AND w.start_ms = p."startMs"
        WHERE p."isHard" AND NOT (w.spent + w.reserved < p."limit" AND w.spent + w.reserved + p.input <= p."limit")
    ) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('verdict', 'refused', 'windows', v_windows);
  END IF;
  UPDATE gomodel.budget_windows w SET reserved = w.reserved + p.amount
    FROM jsonb_populate_recordset(NULL::gomodel.place, p_places) p
    WHERE w.key = p.key AND w.start_ms = p."startMs";
  RETURN jsonb_build_object('verdict', 'granted', 'windows', v_windows);
END $$;

-- Puts the cost in place of the estimate, once for each exchange. Of one that the database has never heard of,
-- since it was away, the cost alone. Without places, it cost nothing, and is forgotten.
CREATE FUNCTION gomodel.settle_budgets(
  p_exchange text, p_instance text, p_places jsonb, p_tokens bigint, p_list bigint, p_now timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_state text;
  v_held jsonb := '[]';
BEGIN
  SELECT state, places INTO v_state, v_held FROM gomodel.reservations
    WHERE exchange_id = p_exchange FOR UPDATE;
  IF v_state = 'settled' THEN RETURN; END IF;
  v_held := coalesce(v_held, '[]');
  IF jsonb_array_length(p_places) = 0 THEN
    DELETE FROM gomodel.reservations WHERE exchange_id = p_exchange;
  ELSE
    INSERT INTO gomodel.reservations (exchange_id, instance, state, places, until)
      VALUES (p_exchange, p_instance, 'settled', '[]', p_now + interval '2 days')
      ON CONFLICT (exchange_id) DO UPDATE SET state = 'settled', places = '[]', until = excluded.until
      WHERE reservations.state <> 'settled';
    IF NOT FOUND THEN RETURN; END IF;
    INSERT INTO gomodel.budget_windows (key, start_ms)
      SELECT key, "startMs" FROM jsonb_populate_recordset(NULL::gomodel.place, p_places)
      ORDER BY key, "startMs" ON CONFLICT DO NOTHING;
  END IF;
  PERFORM gomodel.lock_windows(v_held || p_places);
  IF v_state = 'reserved' THEN
    UPDATE gomodel.budget_windows w SET reserved = greatest(0, w.reserved - p.amount)
      FROM jsonb_populate_recordset(NULL::gomodel.place, v_held) p
      WHERE w.key = p.key AND w.start_ms = p."startMs";
  END IF;
  UPDATE gomodel.budget_windows w
    SET spent = w.spent + p.spent, tokens = w.tokens + p_tokens, list_nano_usd = w.list_nano_usd + p_list
    FROM jsonb_populate_recordset(NULL::gomodel.place, p_places) p
    WHERE w.key = p.key AND w.start_ms = p."startMs";
END $$;

-- Frees what was reserved by an instance, or for too long by any; forgets what was settled long ago.
CREATE FUNCTION gomodel.free_budgets(p_instance text, p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_ids text[];
  v_held jsonb;
BEGIN
  SELECT array_agg(exchange_id) INTO v_ids FROM (
    SELECT exchange_id FROM gomodel.reservations
      WHERE state = 'reserved' AND (until <= p_now OR instance = p_instance)
      ORDER BY exchange_id LIMIT 10000 FOR UPDATE SKIP LOCKED) found;
  SELECT coalesce(jsonb_agg(place), '[]') INTO v_held
    FROM gomodel.reservations, jsonb_array_elements(places) place WHERE exchange_id = ANY(v_ids);
  PERFORM gomodel.lock_windows(v_held);
  UPDATE gomodel.budget_windows w SET reserved = greatest(0, w.reserved - p.amount)
    FROM (SELECT key, "startMs", sum(amount) AS amount FROM jsonb_populate_recordset(NULL::gomodel.place, v_held)
      GROUP BY key, "startMs") p
    WHERE w.key = p.key AND w.start_ms = p."startMs";
  UPDATE gomodel.reservations SET state = 'freed', until = p_now + interval '1 day'
    WHERE exchange_id = ANY(v_ids);
  DELETE FROM gomodel.reservations WHERE exchange_id IN (
    SELECT exchange_id FROM gomodel.reservations WHERE state <> 'reserved' AND until <= p_now
      LIMIT 10000 FOR UPDATE SKIP LOCKED);
END $$;

CREATE TABLE gomodel.limit_heads (key text PRIMARY KEY);

CREATE TABLE gomodel.limit_parts (
  -- A limit's scope, and the child behind a line break.
  key text NOT NULL,
  -- Such as rpm.
  name text NOT NULL,
  -- A window is counted in parts, numbered from the epoch.
  part bigint NOT NULL,
  count bigint NOT NULL,
  -- When it has left every window.
  until_ms bigint NOT NULL,
  PRIMARY KEY (key, name, part)
) WITH (fillfactor = 50);

CREATE TABLE gomodel.limit_running (
  key text NOT NULL,
  exchange_id text NOT NULL,
  instance text NOT NULL,
  -- Kept up by its gateway; what is older has died.
  until_ms bigint NOT NULL,
  PRIMARY KEY (key, exchange_id)
);
CREATE INDEX limit_running_instance ON gomodel.limit_running (instance);

CREATE TYPE gomodel.rule AS (
  key text, name text, "partMs" double precision, parts integer, needed bigint, "limit" bigint, "mayBeAlone" boolean
);

-- What the rules of some limits have counted: parts by rule, and what runs by limit.
CREATE FUNCTION gomodel.read_limits(p_keys text[], p_rules jsonb, p_now bigint) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object(
    'now', p_now,
    'running', (SELECT coalesce(jsonb_object_agg(key, n), '{}') FROM (
      SELECT key, count(*) AS n FROM gomodel.limit_running
        WHERE key = ANY(p_keys) AND until_ms > p_now GROUP BY key) r),
    'parts', (SELECT coalesce(jsonb_agg(jsonb_build_array(p.key, p.name, p.part, p.count) ORDER BY p.part), '[]')
      FROM gomodel.limit_parts p JOIN jsonb_populate_recordset(NULL::gomodel.rule, p_rules) r
        ON p.key = r.key AND p.name = r.name
      WHERE p.part >= floor(p_now / r."partMs") - r.parts))
$$;

-- Counts a request in all of its limits, or in none. A rule without a name bounds what runs at once.
-- Gives whether it did, and how the limits stood before.
CREATE FUNCTION gomodel.take_limits(
  p_exchange text, p_instance text, p_keys text[], p_rules jsonb, p_now bigint, p_lease_ms bigint
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_before jsonb;
  v_is_full boolean;
BEGIN
  INSERT INTO gomodel.limit_heads SELECT DISTINCT unnest(p_keys) ORDER BY 1 ON CONFLICT DO NOTHING;
  PERFORM 1 FROM gomodel.limit_heads WHERE key = ANY(p_keys) ORDER BY key FOR UPDATE;
  v_before := gomodel.read_limits(p_keys, p_rules, p_now);
  SELECT bool_or(CASE
      WHEN r.name IS NULL THEN coalesce((v_before->'running'->>r.key)::bigint, 0) >= r."limit"
      ELSE NOT (used + r.needed <= r."limit" OR (r."mayBeAlone" AND used = 0 AND r."limit" > 0))
    END) INTO v_is_full
    FROM jsonb_populate_recordset(NULL::gomodel.rule, p_rules) r
    CROSS JOIN LATERAL (SELECT coalesce(sum(p.count), 0) AS used FROM gomodel.limit_parts p
      WHERE p.key = r.key AND p.name = r.name AND p.part >= floor(p_now / r."partMs") - r.parts) u;
  IF v_is_full THEN RETURN v_before || '{"isGranted": false}'; END IF;
  INSERT INTO gomodel.limit_parts (key, name, part, count, until_ms)
    SELECT key, name, floor(p_now / "partMs"), needed, p_now + ("partMs" * (parts + 1))::bigint
      FROM jsonb_populate_recordset(NULL::gomodel.rule, p_rules) WHERE name IS NOT NULL
    ON CONFLICT (key, name, part) DO UPDATE SET count = limit_parts.count + excluded.count;
  INSERT INTO gomodel.limit_running (key, exchange_id, instance, until_ms)
    SELECT DISTINCT unnest(p_keys), p_exchange, p_instance, p_now + p_lease_ms ON CONFLICT DO NOTHING;
  DELETE FROM gomodel.limit_parts p USING jsonb_populate_recordset(NULL::gomodel.rule, p_rules) r
    WHERE p.key = r.key AND p.name = r.name AND p.part < floor(p_now / r."partMs") - r.parts;
  RETURN v_before || '{"isGranted": true}';
END $$;

-- A request has ended: corrects the tokens that were counted for it.
CREATE FUNCTION gomodel.finish_limits(p_exchange text, p_corrections jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM gomodel.limit_running WHERE exchange_id = p_exchange;
  PERFORM 1 FROM gomodel.limit_heads WHERE key IN (SELECT value->>'key' FROM jsonb_array_elements(p_corrections))
    ORDER BY key FOR UPDATE;
  UPDATE gomodel.limit_parts p SET count = greatest(0, p.count + c.by)
    FROM jsonb_to_recordset(p_corrections) AS c (key text, name text, part bigint, by bigint)
    WHERE p.key = c.key AND p.name = c.name AND p.part = c.part;
END $$;

-- Forgets what counts nothing any more.
CREATE FUNCTION gomodel.tidy_limits(p_now bigint) RETURNS void LANGUAGE sql AS $$
  DELETE FROM gomodel.limit_parts WHERE until_ms < p_now;
  DELETE FROM gomodel.limit_running WHERE until_ms < p_now;
  DELETE FROM gomodel.limit_heads WHERE key IN (SELECT key FROM gomodel.limit_heads h
    WHERE NOT EXISTS (SELECT FROM gomodel.limit_parts p WHERE p.key = h.key)
      AND NOT EXISTS (SELECT FROM gomodel.limit_running r WHERE r.key = h.key)
    LIMIT 10000 FOR UPDATE SKIP LOCKED);
$$;
CREATE INDEX limit_running_exchange ON gomodel.limit_running (exchange_id);
`;
