import type { RequestHandler } from 'express';
import { GatewayError } from '../base/errors.ts';
import type { Forwarder } from '../forward/create-forwarder.ts';
import type { Upstream } from '../providers/upstream.ts';
import { refuse } from './failure.ts';

export interface ForwardRequestDeps {
  readonly upstream: Upstream;
  readonly forwarder: Forwarder;
}

/** Hands the request to its upstream. */
export const forwardRequest =
  ({ upstream, forwarder }: ForwardRequestDeps): RequestHandler =>
  (request, response) => {
    if (upstream.credential === undefined) {
      throw new GatewayError(
        'provider_not_configured',
        `the gateway has no key for ${upstream.baseUrl.host}. Set ${upstream.keyVariable} in the shell (or the .env file) that starts gomodel-ts, and start it again.`,
      );
    }
    const { exchange, stopwatch, body, upstreamPath } = request.context;
    forwarder.forward(request, response, { exchange, stopwatch, body, path: upstreamPath }, (error) =>
      refuse(request, response, error),
    );
  };
