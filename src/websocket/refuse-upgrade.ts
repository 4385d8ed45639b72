import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, GatewayError } from '../base/errors.ts';
import { toGatewayError } from '../base/to-gateway-error.ts';
import type { Caller } from '../guard/caller.ts';
import { refuseOnSocket } from '../guard/refuse-on-socket.ts';
import type { Recorder } from '../log/capture/recorder.ts';
import { speaksAsCodex } from './session.ts';

/** What the same request over HTTP would be refused for as well. */
const REPEATED_OVER_HTTP: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'missing_api_key',
  'invalid_api_key',
  'keys_unreadable',
  'model_not_allowed',
  'forbidden_origin',
  'unknown_route',
  'loop_detected',
  'provider_not_configured',
  'overloaded',
]);

/**
 * Codex repeats a refused upgrade five times and then asks over HTTP, unless the answer is 426: then it
 * asks over HTTP at once, and shows its user what that is refused for (measured with 0.169.0).
 */
const asCodexReadsIt = (error: GatewayError, headers: IncomingHttpHeaders): GatewayError => {
  if (!speaksAsCodex(headers) || !REPEATED_OVER_HTTP.has(error.code)) return error;
  const { code, message, origin } = error;
  return new GatewayError(code, message, { status: 426, origin, headers: error.headers, cause: error });
};

/**
 * Answers an upgrade in HTTP, and leaves a record of it.
 * @param caller absent if the record names nobody
 */
export const refuseUpgrade = (
  recorder: Recorder,
  { method = '', url = '', headers, rawHeaders }: IncomingMessage,
  socket: Duplex,
  thrown: unknown,
  caller?: Caller,
): void => {
  const error = asCodexReadsIt(toGatewayError(thrown), headers);
  const opening = { method, path: url, transport: 'websocket', rawHeaders } as const;
  refuseOnSocket(recorder, socket, opening, error, caller);
};
