import type { RequestHandler } from 'express';
import type { Forwarder } from '../forward/create-forwarder.ts';
import { checkCredential } from '../guard/check-credential.ts';
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
    checkCredential(upstream);
    const { exchange, stopwatch, body, upstreamPath } = request.context;
    forwarder.forward(request, response, { exchange, stopwatch, body, path: upstreamPath }, (error) =>
      refuse(request, response, error),
    );
  };
