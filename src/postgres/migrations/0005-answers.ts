/** Answers that clients may go on from, of providers that keep none themselves. */
export const ANSWERS = `
CREATE TABLE gomodel.kept_answers (
  id text PRIMARY KEY,
  -- The answer that it went on from.
  previous_id text,
  -- Of the items that it added.
  item_ids text[] NOT NULL,
  -- JSON items separated by commas them, deflated: what its request added, and what it answered.
  items bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE gomodel.kept_answers ALTER COLUMN items SET STORAGE EXTERNAL;
CREATE INDEX kept_answers_items ON gomodel.kept_answers USING gin (item_ids);
CREATE INDEX kept_answers_at ON gomodel.kept_answers (at);
`;
