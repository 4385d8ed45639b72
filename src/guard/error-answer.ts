import type { IncomingHttpHeaders } from 'node:http';
import type { GatewayError } from '../base/errors.ts';
import { INERT_ANSWER } from '../base/inert-answer.ts';

/** A refusal of the gateway's own, in the one form that all of them have. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Whether a client reads errors as Anthropic's API writes them. @param url path and query */
export const speaksMessages = (url: string, headers: IncomingHttpHeaders): boolean =>
  headers['anthropic-version'] !== undefined || /^[^?]*\/messages(?:[/?]|$)/.test(url);

/**
 * Turns an error into HTTP, here alone.
 * @param requestId under which the log finds the exchange; Codex shows it to its user
 * @param inMessages true for a client of Anthropic's API: what that calls errors is said as well
 */
export const createErrorAnswer = (
  error: GatewayError,
  requestId: string,
  inMessages = false,
): ErrorAnswer => {
  const told = {
    message: `gomodel-ts: ${error.message}`,
    type: inMessages && error.status >= 500 ? 'api_error' : error.type,
    code: error.code,
    param: error.param,
  };
  const body = JSON.stringify(
    inMessages ? { type: 'error', error: told, request_id: requestId } : { error: told },
  );
  return {
    status: error.status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'x-request-id': requestId,
      'x-gomodel-error-origin': error.origin,
      ...INERT_ANSWER,
      ...error.headers,
    },
    body,
  };
};
