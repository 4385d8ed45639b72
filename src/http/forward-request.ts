import type { RequestHandler } from 'express';
import type { Forwarder } from '../forward/create-forwarder.ts';
import { checkCredential } from '../guard/check-credential.ts';
import type { ChooseUpstream } from '../providers/choose-upstream.ts';
import type { Upstream } from '../providers/upstream.ts';
import { refuse } from './failure.ts';

export interface ForwardRequestDeps {
  readonly chooseUpstream: ChooseUpstream;
  readonly forwarderOf: (upstream: Upstream) => Forwarder;
}

/** Hands the request to its upstream. */
export const forwardRequest =
  ({ chooseUpstream, forwarderOf }: ForwardRequestDeps): RequestHandler =>
  (request, response) => {
    const { exchange, stopwatch, body, upstreamPath } = request.context;
    const upstream = chooseUpstream(request.headers);
    checkCredential(upstream);
    // Without a key of the gateway's own, the sign-in is all that says who this is.
    if (upstream.credential?.kind === 'client' && exchange.record.auth === 'none') {
      exchange.record.auth = 'chatgpt';
    }
    const forwarding = { exchange, stopwatch, body, path: upstreamPath };
    forwarderOf(upstream).forward(request, response, forwarding, (error) => refuse(request, response, error));
  };
