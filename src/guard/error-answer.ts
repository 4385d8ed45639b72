import { type GatewayError, isPermanent } from '../base/errors.ts';
import { INERT_ANSWER } from '../base/inert-answer.ts';
import type { Audience } from './speaks-as.ts';

/** A refusal of the gateway's own, in the one form that all of them have. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Turns an error into HTTP, here alone.
 *
 * Codex asks again five times after any status but 400 (401, 403 and 503 as well, measured with 0.113.0, 0.169.0
 * and 0.171.0), and beside a ChatGPT sign-in it shows a failed renewal in place of a 401's message. Of a 400
 * it shows the body, at once: what is permanent is one, with the id under which the log knows the request.
 * @param requestId under which the log finds the exchange
 */
export const createErrorAnswer = (
  error: GatewayError,
  requestId: string,
  audience: Audience = 'openai',
): ErrorAnswer => {
  const inMessages = audience === 'messages';
  const isSaidOnce = audience === 'codex' && isPermanent(error.code);
  const told = {
    message: `gomodel-ts: ${error.message}`,
    type: inMessages && error.status >= 500 ? 'api_error' : error.type,
    code: error.code,
    param: error.param,
  };
  const body = JSON.stringify({
    ...(inMessages && { type: 'error' }),
    error: told,
    ...((inMessages || isSaidOnce) && { request_id: requestId }),
  });
  return {
    status: isSaidOnce ? 400 : error.status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'x-request-id': requestId,
      // Anthropic's own clients show their user this one.
      ...(inMessages && { 'request-id': requestId }),
      'x-gomodel-error-origin': error.origin,
      ...INERT_ANSWER,
      ...error.headers,
    },
    body,
  };
};
