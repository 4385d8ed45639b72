import type { RequestHandler } from 'express';
import { GatewayError } from '../base/errors.ts';

/**
 * Refuses a request that has been here before: the upstream leads back to this gateway.
 * @param via this process as it names itself in `Via`
 */
export const refuseLoop =
  (via: string): RequestHandler =>
  (request, _response, next) => {
    const seen = request.headers.via;
    if (seen?.split(',').some((hop) => hop.trim() === via)) {
      throw new GatewayError(
        'loop_detected',
        "the request came round: the upstream's address leads back to this gateway. Set OPENAI_BASE_URL, in the gateway's shell, to the provider's address.",
      );
    }
    next();
  };
