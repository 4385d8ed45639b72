/** How long the gateway waits, in milliseconds. */
export const TIMEOUTS = {
  connectMs: 10_000,
  /** For a client to send the head of a request. */
  headMs: 10_000,
  bodyIdleMs: 60_000,
  /** For an upstream to agree to a WebSocket connection; after that it is asked over HTTP. */
  handshakeMs: 5_000,
  /** As long as OpenAI keeps one connection. */
  websocketAgeMs: 60 * 60_000,
  heartbeatMs: 30_000,
  /** How long nothing was asked on a WebSocket connection that gives way to a new one. */
  givesWayAfterMs: 60_000,
  /** For a body to wait until other ones leave memory. */
  roomMs: 5_000,
  /** For collectors to take what waits when the gateway stops. */
  telemetryFlushMs: 2_000,
};

export type Timeouts = typeof TIMEOUTS;
