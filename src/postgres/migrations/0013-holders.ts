/** Which provider holds what was stored by id. */
export const HOLDERS = `
CREATE TABLE gomodel.holders (
  id text PRIMARY KEY,
  provider text NOT NULL,
  -- The managed key by which it was stored.
  owner text,
  noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX holders_noted ON gomodel.holders (noted_at);
`;
