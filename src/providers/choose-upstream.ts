import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import type { Upstream } from './upstream.ts';

/** A ChatGPT sign-in has an account id beside its token, and the token is a JWT, unlike any API key. */
const isSignedIn = (headers: IncomingHttpHeaders): boolean =>
  headers['chatgpt-account-id'] !== undefined &&
  /^Bearer\s+[\w-]+\.[\w-]+\.[\w-]*\s*$/i.test(headers.authorization ?? '');

/**
 * The upstream of a request, by what it carries.
 * @throws GatewayError invalid_api_key where ChatGPT sign-ins are refused
 */
export type ChooseUpstream = (headers: IncomingHttpHeaders) => Upstream;

export interface UpstreamChoice {
  /** Reached with the gateway's own key. */
  readonly own: Upstream;
  readonly chatgpt: Upstream;
  readonly login: 'passthrough' | 'replace' | 'off';
}

/** Routes ChatGPT sign-ins as configured. The client never chooses the upstream. */
export const createChooseUpstream =
  ({ own, chatgpt, login }: UpstreamChoice): ChooseUpstream =>
  (headers) => {
    if (login === 'replace' || !isSignedIn(headers)) return own;
    if (login === 'passthrough') return chatgpt;
    throw new GatewayError(
      'invalid_api_key',
      'ChatGPT sign-ins are not accepted here (CHATGPT_LOGIN=off). Use a key: `npx gomodel-ts init-codex --auth key` writes the block for it.',
      { status: 403 },
    );
  };
