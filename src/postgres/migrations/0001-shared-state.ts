/** Keys, policies, budgets' definitions and the admin log: what people change, seldom. */
export const SHARED_STATE = `
CREATE TABLE gomodel.revisions (
  topic text PRIMARY KEY,
  -- Grows with each change; the row's lock makes changes wait for each other.
  revision bigint NOT NULL DEFAULT 0
);
INSERT INTO gomodel.revisions (topic) VALUES ('keys'), ('budgets');

CREATE TABLE gomodel.keys (
  id text PRIMARY KEY,
  position integer NOT NULL,
  -- Without the secret: a SHA-256 of it.
  entry jsonb NOT NULL
);

CREATE TABLE gomodel.policies (
  name text PRIMARY KEY,
  position integer NOT NULL,
  entry jsonb NOT NULL
);

CREATE TABLE gomodel.budgets (
  id text PRIMARY KEY,
  position integer NOT NULL,
  entry jsonb NOT NULL
);

CREATE TABLE gomodel.admin_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  entry json NOT NULL
);

CREATE TABLE gomodel.secrets (
  name text PRIMARY KEY,
  value bytea NOT NULL
);
`;
