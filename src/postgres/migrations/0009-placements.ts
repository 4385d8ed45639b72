/** Where the sessions of all gateways belong that go to one of several targets. */
export const PLACEMENTS = `
CREATE TABLE gomodel.placements (
  session text PRIMARY KEY,
  -- What stands for the targets.
  name text NOT NULL,
  home text NOT NULL,
  -- Another one while its home rests.
  at text NOT NULL,
  -- Where it was last while its home rested: not all gateways learn of that at the same time.
  guest_at text,
  used_at timestamptz NOT NULL
);
CREATE INDEX placements_counted ON gomodel.placements (name, used_at, at);
CREATE INDEX placements_used ON gomodel.placements (used_at);

-- targets: [{name, weight, can_be_asked}] in the order of preference. Answers with home, at and whether it is new.
CREATE FUNCTION gomodel.place_session(
  in_session text, in_name text, in_targets jsonb, in_suggested text, in_active interval,
  OUT out_home text, OUT out_at text, OUT is_new boolean
) LANGUAGE plpgsql AS $$
DECLARE
  now_at timestamptz := clock_timestamp();
  guest text;
BEGIN
  -- One after the other: each is counted before the next one is placed.
  PERFORM pg_advisory_xact_lock(hashtextextended('placements ' || in_name, 0));
  SELECT p.home, p.guest_at INTO out_home, guest FROM gomodel.placements p
    JOIN jsonb_to_recordset(in_targets) AS t(name text) ON t.name = p.home
    WHERE p.session = in_session;
  is_new := out_home IS NULL;
  IF NOT is_new AND EXISTS (SELECT FROM jsonb_to_recordset(in_targets) AS t(name text, can_be_asked boolean)
      WHERE t.name = out_home AND t.can_be_asked) THEN
    out_at := out_home;
  ELSIF NOT is_new AND EXISTS (SELECT FROM jsonb_to_recordset(in_targets) AS t(name text, can_be_asked boolean)
      WHERE t.name = guest AND t.can_be_asked) THEN
    out_at := guest;
  ELSE
    WITH able AS (
      SELECT t.target->>'name' AS name, (t.target->>'weight')::double precision AS weight, t.place
        FROM jsonb_array_elements(in_targets) WITH ORDINALITY AS t(target, place)
        WHERE (t.target->>'can_be_asked')::boolean
    ), counted AS (
      SELECT able.*, (SELECT count(*) FROM gomodel.placements p
        WHERE p.name = in_name AND p.used_at > now_at - in_active AND p.at = able.name) AS sessions
        FROM able
    )
    SELECT c.name INTO out_at FROM counted c
      ORDER BY c.name IS NOT DISTINCT FROM in_suggested DESC,
        c.weight / (SELECT sum(weight) FROM counted) * (SELECT sum(sessions) + 1 FROM counted) - c.sessions DESC,
        c.place
      LIMIT 1;
    IF is_new THEN out_home := out_at; ELSE guest := out_at; END IF;
  END IF;
  INSERT INTO gomodel.placements (session, name, home, at, guest_at, used_at)
    VALUES (in_session, in_name, out_home, out_at, guest, now_at)
    ON CONFLICT (session) DO UPDATE
      SET home = excluded.home, at = excluded.at, guest_at = excluded.guest_at, used_at = excluded.used_at;
END $$;
`;
