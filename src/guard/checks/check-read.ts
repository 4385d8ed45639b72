import { GatewayError } from '../../base/errors.ts';
import type { MatchedRoute } from '../match-route.ts';

/**
 * Answers `HEAD` and `GET` on the responses route itself: `codex doctor` asks so to see whether a provider is
 * there. The upstream need not be bothered with it.
 * @throws GatewayError method_not_allowed
 */
export const checkRead = (method: string, { path }: MatchedRoute): void => {
  if ((method !== 'GET' && method !== 'HEAD') || !/^\/responses\/?(?:\?|$)/.test(path)) return;
  throw new GatewayError('method_not_allowed', 'model requests are made by POST here, or over a WebSocket.', {
    headers: { allow: 'POST' },
  });
};
