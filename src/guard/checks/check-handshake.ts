import { GatewayError } from '../../base/errors.ts';
import type { WebSocketSetting } from '../../config/settings/request-settings.ts';
import type { MatchedRoute } from '../match-route.ts';
import type { RequestHead } from '../request-head.ts';

const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** The paths at which WebSocket connections are served. */
export const SERVED = /^\/(?:responses|realtime)\/?(?:\?|$)/;

/** Codex goes on over HTTP at once after this, and tries any other status five times. */
export const notServed = (message: string): GatewayError =>
  new GatewayError('websocket_not_supported', message, { headers: { upgrade: 'websocket' } });

/**
 * Refuses an upgrade that is not served, or that no WebSocket client would ask for.
 * @throws GatewayError websocket_not_supported, invalid_request
 * @see RFC 6455 §4.2.1
 */
export const checkHandshake = (
  { method, headers }: RequestHead,
  { path }: MatchedRoute,
  setting: WebSocketSetting,
): void => {
  if (setting === 'off') {
    throw notServed(
      'this gateway does not serve WebSocket connections (WEBSOCKETS=off); the same request over HTTP is served.',
    );
  }
  if (!SERVED.test(path)) {
    throw notServed(
      'WebSocket connections are served at /v1/responses and /v1/realtime only; over HTTP this route is served.',
    );
  }
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
