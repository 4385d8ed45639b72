import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../base/errors.ts';

/**
 * Refuses a request that has been here before: the upstream leads back to this gateway.
 * @param via this process as it names itself in `Via`
 * @throws GatewayError loop_detected
 */
export const checkLoop = (headers: IncomingHttpHeaders, via: string): void => {
  if (headers.via?.split(',').some((hop) => hop.trim() === via)) {
    throw new GatewayError(
      'loop_detected',
      "the request came round: the upstream's address leads back to this gateway. Set OPENAI_BASE_URL, in the gateway's shell, to the provider's address.",
    );
  }
};
