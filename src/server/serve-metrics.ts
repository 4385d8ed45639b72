import type { RequestHandler } from 'express';
import { checkRole } from '../admin/access/check-role.ts';
import { refuse } from '../admin/api/dispatch.ts';
import { GatewayError } from '../base/errors.ts';
import { INERT_ANSWER } from '../base/inert-answer.ts';
import type { Clock } from '../base/time/clock.ts';
import type { CheckKey } from '../guard/checks/check-key.ts';
import type { KeyRing } from '../guard/keys/key-ring.ts';
import { peerOf } from '../guard/peer-of.ts';
import { viewerOf } from '../guard/viewer.ts';
import type { Metrics } from '../metrics/create-metrics.ts';

export interface ServeMetricsDeps {
  readonly metrics: Metrics;
  readonly isGuarded: () => boolean;
  readonly checkKey: CheckKey;
  readonly ring: KeyRing;
  readonly clock: Clock;
}

/**
 * Answers Prometheus. The metrics say which models and budgets there are and what they cost, so they are for whoever
 * may read the whole log: a gateway with keys asks for one of the role auditor or admin, wherever the request comes
 * from, and one without is reached from its own machine alone.
 */
export const serveMetrics = ({
  metrics,
  isGuarded,
  checkKey,
  ring,
  clock,
}: ServeMetricsDeps): RequestHandler => {
  const render = async (...[request, response]: Parameters<RequestHandler>): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new GatewayError('method_not_allowed', `${request.method} is not answered here.`, {
        headers: { allow: 'GET, HEAD' },
      });
    }
    if (isGuarded()) {
      const caller = await checkKey({ headers: request.headers, peer: peerOf(request) });
      checkRole(viewerOf(caller, ring), 'auditor');
    }
    const text = await metrics.render();
    response.set({ ...INERT_ANSWER, 'content-type': metrics.contentType, 'cache-control': 'no-store' });
    response.end(text);
  };
  return (request, response, next) => {
    render(request, response, next).catch((error: unknown) => refuse(response, error, clock.now()));
  };
};
