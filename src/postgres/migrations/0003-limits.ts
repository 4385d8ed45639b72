/** Rate limits that were set by command, page or API. */
export const LIMIT_DEFINITIONS = `
CREATE TABLE gomodel.limits (
  id text PRIMARY KEY,
  position integer NOT NULL,
  entry jsonb NOT NULL
);
INSERT INTO gomodel.revisions (topic) VALUES ('limits');
`;
