/** Who has signed in, and what waits for somebody to do so. Secrets are hashes, or sealed. */
export const SIGN_INS = `
CREATE TABLE gomodel.sign_ins (
  kind text NOT NULL,
  key text NOT NULL,
  entry jsonb NOT NULL,
  -- Milliseconds since the epoch.
  expires_at_ms bigint NOT NULL,
  PRIMARY KEY (kind, key)
);
CREATE INDEX sign_ins_expiry ON gomodel.sign_ins (expires_at_ms);
`;
