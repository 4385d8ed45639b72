import type { RequestHandler } from 'express';
import { GatewayError } from '../base/errors.ts';

/**
 * Answers `HEAD` and `GET` on the responses route itself: no model request, but what `codex doctor` asks to
 * see whether a provider is there. The upstream need not be bothered with it.
 */
export const refuseMethod = (): RequestHandler => (request, _response, next) => {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && /^\/responses\/?(?:\?|$)/.test(request.context.upstreamPath)) {
    throw new GatewayError(
      'method_not_allowed',
      'model requests are made by POST here, or over a WebSocket.',
      {
        headers: { allow: 'POST' },
      },
    );
  }
  next();
};
