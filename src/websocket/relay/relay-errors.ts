import { GatewayError } from '../../base/errors.ts';

/** Requests that may be under way at a time; the upstream has its own, lower bounds. */
export const MAX_RUNNING = 128;

export const tooMany = (): GatewayError =>
  new GatewayError(
    'invalid_request',
    `${MAX_RUNNING} requests are already running on this connection. Wait for answers before sending more.`,
  );

export const busy = (): GatewayError =>
  new GatewayError(
    'websocket_connection_limit_reached',
    'answers from another provider are running on this connection. Open another one and send the whole input there.',
  );

/** Codex opens another connection upon this, and its user sees nothing of it. */
export const networkChanged = (): GatewayError =>
  new GatewayError(
    'websocket_connection_limit_reached',
    'the network of this machine has changed, and the connection to the upstream is lost. Open another one and send the whole input there.',
  );

/** @param violation what the upstream did against the protocol, where it did */
export const upstreamClosed = (
  host: string,
  { code, reason, violation }: { code: number; reason: Buffer; violation: string | undefined },
): GatewayError => {
  const why = reason.length > 0 ? `${code}, ${reason.toString().slice(0, 100)}` : String(code);
  const what =
    violation === undefined
      ? `closed the WebSocket connection (${why})`
      : `broke the WebSocket protocol (${violation})`;
  return new GatewayError('upstream_stream_truncated', `${host} ${what} before its last event. Try again.`);
};
