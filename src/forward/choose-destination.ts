import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import type { ChooseUpstream } from '../providers/choose-upstream.ts';
import {
  type Route,
  type RouteReason,
  type RouteTarget,
  type Routing,
  routeModel,
} from '../providers/route-model.ts';
import type { Upstream } from '../providers/upstream.ts';
import type { Effort } from '../translate/ask.ts';

/** Where a request goes, and what is asked for there. */
export interface Destination {
  readonly upstream: Upstream;
  /** As the provider names it; undefined where the request names none. */
  readonly model: string | undefined;
  /** In place of what the client asked for. */
  readonly effort: Effort | undefined;
}

export interface ChosenDestination extends Destination {
  readonly why: RouteReason;
  /** Where to go on, in this order, when the first one fails before its first byte. */
  readonly fallbacks: readonly Destination[];
}

/** @param model as the client wrote it; undefined where the request names none */
export type ChooseDestination = (
  headers: IncomingHttpHeaders,
  model: string | undefined,
) => ChosenDestination;

export interface ChooseDestinationDeps {
  readonly routing: Routing;
  /** By the ids of `routing`. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** The default provider's upstream, by what else the request carries: a ChatGPT sign-in may pay. */
  readonly chooseUpstream: ChooseUpstream;
}

/** By the model that a request names, and by who pays for it. The client never names an address. */
export const createChooseDestination = (deps: ChooseDestinationDeps): ChooseDestination => {
  const { routing, upstreams, chooseUpstream } = deps;

  const upstreamOf = (
    { provider }: RouteTarget,
    headers: IncomingHttpHeaders,
    why: RouteReason,
  ): Upstream => {
    const own = upstreams.get(provider);
    if (!own) throw new GatewayError('internal_error', `there is no provider ${provider}.`);
    // Who names the provider means it, and not whoever a sign-in leads to.
    const isMeant = why === 'prefix' && own.credential !== undefined;
    return provider === routing.defaultProvider && !isMeant ? chooseUpstream(headers) : own;
  };

  return (headers, model) => {
    const route: Route = routeModel(model, routing);
    const { upstreamModel, why, effort } = route;
    return {
      upstream: upstreamOf(route, headers, why),
      model: upstreamModel,
      effort,
      why,
      fallbacks: route.fallbacks.map((target) => ({
        upstream: upstreamOf(target, headers, why),
        model: target.upstreamModel,
        effort,
      })),
    };
  };
};
