import { type GatewayError, isPermanent } from '../base/errors.ts';
import { INERT_ANSWER } from '../base/inert-answer.ts';
import type { Audience } from './speaks-as.ts';

/** A refusal of the gateway's own, in the one form that all of them have. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Whether a refusal stays for so long that asking again is in vain: a spent budget, and a limit that says so. */
export const staysRefused = ({ code, told }: Pick<GatewayError, 'code' | 'told'>): boolean =>
  code === 'budget_exceeded' || (code === 'rate_limit_exceeded' && told !== undefined);

const typeFor = (audience: Audience, error: GatewayError): string => {
  const { status, type } = error;
  if (audience === 'codex' && staysRefused(error)) return CODEX_LIMIT;
  if (audience !== 'messages') return type;
  if (status >= 500) return 'api_error';
  return status === 429 ? 'rate_limit_error' : type;
};

/** What Codex takes for a spent plan: it asks no second time, and says when there is more. */
const CODEX_LIMIT = 'usage_limit_reached';

/** Unix seconds, as Codex reads them. */
const resetOf = ({ resetsAtMs }: GatewayError): { readonly resets_at?: number } =>
  resetsAtMs === undefined ? {} : { resets_at: Math.ceil(resetsAtMs / 1000) };

/** A header field takes no more than printable ASCII. */
const inHeader = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');

/** Claude Code asks again and again after a 401 without it, and the SDKs after a 503. */
const ASK_NO_MORE = { 'x-should-retry': 'false' } as const;

/**
 * How a refusal says, beside its body, that it stays for a while: Codex puts `x-codex-promo-message` into its own
 * sentence, and the SDKs of OpenAI and Anthropic ask no second time where `x-should-retry` says so.
 */
const spentHeaders = (
  error: Pick<GatewayError, 'code' | 'told'>,
  audience: Audience,
): Readonly<Record<string, string>> => {
  // Codex goes by the status.
  if (audience !== 'codex' && isPermanent(error.code)) return ASK_NO_MORE;
  if (!staysRefused(error)) return {};
  const { told } = error;
  return audience === 'codex' && told !== undefined
    ? { 'x-codex-promo-message': inHeader(told) }
    : ASK_NO_MORE;
};

/** The `error` member of a frame, and its headers, as Codex reads them over WebSocket. */
export const codexLimit = (error: GatewayError) => ({
  error: {
    type: CODEX_LIMIT,
    code: error.code,
    message: `gomodel-ts: ${error.message}`,
    param: error.param,
    ...resetOf(error),
  },
  headers: spentHeaders(error, 'codex'),
});

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
  // After a 401 Codex asks its `auth.command` for another token, and goes on (measured with 0.169.0 and 0.171.0).
  const isSaidOnce = audience === 'codex' && isPermanent(error.code) && error.code !== 'sign_in_expired';
  const told = {
    message: `gomodel-ts: ${error.message}`,
    type: typeFor(audience, error),
    code: error.code,
    param: error.param,
    ...resetOf(error),
  };
  const body = JSON.stringify({
    ...(inMessages && { type: 'error' }),
    error: told,
    ...((inMessages || isSaidOnce) && { request_id: requestId }),
  });
  return {
    // What only a command should meet has no status of its own.
    status: isSaidOnce ? 400 : error.status || 500,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'x-request-id': requestId,
      // Anthropic's own clients show their user this one.
      ...(inMessages && { 'request-id': requestId }),
      'x-gomodel-error-origin': error.origin,
      ...INERT_ANSWER,
      ...spentHeaders(error, audience),
      ...error.headers,
    },
    body,
  };
};
