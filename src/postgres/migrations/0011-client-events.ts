/** What clients told of their tools, to any gateway. */
export const CLIENT_EVENTS = `
CREATE TABLE gomodel.client_events (
  -- A hash of its id, which is whatever a client says.
  conversation bytea NOT NULL,
  -- A hash of the event: what is sent again is kept once.
  digest bytea NOT NULL,
  -- Of its arrival, UTC.
  day date NOT NULL,
  -- JSON.
  event text NOT NULL,
  PRIMARY KEY (conversation, digest)
);
CREATE INDEX client_events_day ON gomodel.client_events (day);

-- How much arrived, so that nobody has to add it up.
CREATE TABLE gomodel.client_event_days (
  day date PRIMARY KEY,
  bytes bigint NOT NULL
);
`;
