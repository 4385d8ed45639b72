import { GatewayError } from '../../base/errors.ts';
import type { MatchedRoute } from '../match-route.ts';
import type { RequestHead } from '../request-head.ts';
import { notServed, SERVED } from './check-handshake.ts';

/**
 * Answers `HEAD` and `GET` on the responses route itself: `codex doctor` asks so to see whether a provider is
 * there. The upstream need not be bothered with it. A WebSocket handshake comes so as well, where a proxy in front has
 * taken `Upgrade` off it and left the rest.
 * @throws GatewayError method_not_allowed, websocket_not_supported
 */
export const checkRead = (
  { method, headers }: Pick<RequestHead, 'method' | 'headers'>,
  { path }: MatchedRoute,
): void => {
  if (method === 'GET' && SERVED.test(path) && headers['sec-websocket-key'] !== undefined) {
    throw notServed(
      'a proxy on the way took the Upgrade header off this WebSocket handshake; the same request over HTTP is served. For WebSocket, let the proxy pass Upgrade and Connection on (nginx: proxy_http_version 1.1 and proxy_set_header for both).',
    );
  }
  if ((method !== 'GET' && method !== 'HEAD') || !/^\/responses\/?(?:\?|$)/.test(path)) return;
  throw new GatewayError('method_not_allowed', 'model requests are made by POST here, or over a WebSocket.', {
    headers: { allow: 'POST' },
  });
};
