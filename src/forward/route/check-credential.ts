import { GatewayError } from '../../base/errors.ts';
import type { Upstream } from '../../providers/upstream.ts';

/**
 * Refuses a model request that no key would pay for.
 * @throws GatewayError provider_not_configured
 */
export const checkCredential = (upstream: Upstream): void => {
  if (upstream.credential === undefined) {
    throw new GatewayError(
      'provider_not_configured',
      `the gateway has no key for ${upstream.baseUrl.host}. Set ${upstream.keyVariable} in the shell (or the .env file) that starts gomodel-ts, and start it again.`,
    );
  }
};
