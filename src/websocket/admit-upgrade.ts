import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import type { WebSocketSetting } from '../config/settings.ts';
import { checkCredential } from '../forward/route/check-credential.ts';
import { checkClosing } from '../guard/check-closing.ts';
import { checkFraming } from '../guard/check-framing.ts';
import { checkLoop } from '../guard/check-loop.ts';
import { checkPage } from '../guard/check-page.ts';
import type { Authenticate } from '../guard/create-authenticate.ts';
import { requireRoute } from '../guard/match-route.ts';
import type { ChooseUpstream } from '../providers/choose-upstream.ts';
import type { AdmittedUpgrade } from './session.ts';

export interface AdmitDeps {
  readonly setting: WebSocketSetting;
  readonly chooseUpstream: ChooseUpstream;
  /** True where the model of each request decides who needs a key. */
  readonly hasOtherProviders: boolean;
  readonly check: Authenticate;
  /** True where a master key guards the gateway; else pages of other origins are kept out. */
  readonly isGuarded: boolean;
  readonly via: string;
  readonly isClosing: () => boolean;
}

const KEY = /^[+/0-9A-Za-z]{22}==$/;

const notServed = (message: string): GatewayError =>
  new GatewayError('websocket_not_supported', message, { headers: { upgrade: 'websocket' } });

/** @see RFC 6455 §4.2.1 */
const checkHandshake = ({ method, headers }: IncomingMessage): void => {
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    throw notServed(
      `an upgrade to ${headers.upgrade?.slice(0, 50)} is not served; the same request without it is.`,
    );
  }
  if (headers['sec-websocket-version'] !== '13') {
    throw new GatewayError('websocket_not_supported', 'only version 13 of WebSocket is served.', {
      headers: { 'sec-websocket-version': '13' },
    });
  }
  if (method !== 'GET' || !KEY.test(headers['sec-websocket-key'] ?? '')) {
    throw new GatewayError(
      'invalid_request',
      'this is no WebSocket handshake: a GET with a Sec-WebSocket-Key is.',
    );
  }
};

/**
 * Lets an upgrade in, by the same rules as a request over HTTP.
 * @throws GatewayError with what HTTP would answer, or websocket_not_supported
 */
export const admitUpgrade = (request: IncomingMessage, deps: AdmitDeps): AdmittedUpgrade => {
  const { method = '', url = '', headers, rawHeaders } = request;
  checkClosing(deps.isClosing());
  checkFraming(request);
  checkLoop(headers, deps.via);
  if (!deps.isGuarded) checkPage(headers);
  const { path } = requireRoute(method, url);
  const auth = deps.check(headers);
  if (deps.setting === 'off') {
    throw notServed(
      'this gateway does not serve WebSocket connections (WEBSOCKETS=off); the same request over HTTP is served.',
    );
  }
  if (!/^\/responses\/?(?:\?|$)/.test(path)) {
    throw notServed(
      'WebSocket connections are served at /v1/responses only; over HTTP this route is served.',
    );
  }
  checkHandshake(request);
  const upstream = deps.chooseUpstream(headers);
  if (!deps.hasOtherProviders) checkCredential(upstream);
  // Without a key of the gateway's own, the sign-in is all that says who this is.
  const isSignIn = upstream.credential?.kind === 'client' && auth === 'none';
  return { method, url, path, headers, rawHeaders, upstream, auth: isSignIn ? 'chatgpt' : auth };
};
