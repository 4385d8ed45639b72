import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import type { ChooseUpstream } from '../../providers/choose-upstream.ts';
import {
  type Route,
  type RouteReason,
  type RouteTarget,
  type Routing,
  routeModel,
} from '../../providers/route-model.ts';
import type { Upstream } from '../../providers/upstream.ts';
import type { ChosenDestination } from './destination.ts';
import { type AskedUse, restrictDestination } from './restrict-destination.ts';

/** What decides where a request goes, and whether it may go there. */
interface DestinationInput extends AskedUse {
  readonly headers: IncomingHttpHeaders;
}

/** @throws GatewayError invalid_api_key, invalid_request, provider_not_configured, model_not_allowed */
export type ChooseDestination = (input: DestinationInput) => ChosenDestination;

export interface ChooseDestinationDeps {
  readonly routing: Routing;
  /** By the ids of `routing`. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** The default provider's upstream, by what else the request carries: a ChatGPT sign-in may pay. */
  readonly chooseUpstream: ChooseUpstream;
}

const isMessagesPath = (path: string): boolean => /^\/messages(?:[/?]|$)/.test(path);

const speaksMessages = ({ native }: Upstream): boolean => native.includes('messages');

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
    // Who names the provider means it, or a model that only it has, and not whoever a sign-in leads to.
    const isOthers = why !== 'default' && !own.native.includes('responses');
    const isMeant = own.credential !== undefined && (why === 'prefix' || isOthers);
    return provider === routing.defaultProvider && !isMeant ? chooseUpstream(headers) : own;
  };

  const forMessages = (chosen: Upstream, why: RouteReason): Upstream => {
    if (speaksMessages(chosen)) return chosen;
    if (why !== 'default') {
      throw new GatewayError(
        'invalid_request',
        `${chosen.name} does not speak Anthropic's Messages API. Ask for this model at /v1/chat/completions or /v1/responses.`,
        { param: 'model' },
      );
    }
    const anthropic = [...upstreams.values()].find(
      (one) => one.dialect === 'anthropic' && speaksMessages(one),
    );
    if (anthropic) return anthropic;
    throw new GatewayError(
      'provider_not_configured',
      "no provider here speaks Anthropic's Messages API. Set ANTHROPIC_API_KEY in the shell (or the .env file) that starts gomodel-ts, and start it again.",
    );
  };

  return (input) => {
    const { headers, path, model } = input;
    const route: Route = routeModel(model, routing);
    const { upstreamModel, why, effort } = route;
    const isMessages = isMessagesPath(path);
    const upstream = upstreamOf(route, headers, why);
    const fallbacks = route.fallbacks.map((target) => ({
      upstream: upstreamOf(target, headers, why),
      model: target.upstreamModel,
      effort,
    }));
    const chosen: ChosenDestination = {
      upstream: isMessages ? forMessages(upstream, why) : upstream,
      model: upstreamModel,
      effort,
      why,
      fallbacks: isMessages ? fallbacks.filter((one) => speaksMessages(one.upstream)) : fallbacks,
    };
    return restrictDestination(chosen, input);
  };
};
