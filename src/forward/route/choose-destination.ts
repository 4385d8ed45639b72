import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { sessionOf } from '../../base/session-headers.ts';
import { type Balance, nameOfTarget } from '../../providers/balance/create-balance.ts';
import type { ChooseUpstream } from '../../providers/choose-upstream.ts';
import type { KeyPool } from '../../providers/keys/key-pool.ts';
import {
  type Balanced,
  type Route,
  type RouteReason,
  type RouteTarget,
  type Routing,
  routeModel,
} from '../../providers/route-model.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { isClaude } from '../../translate/anthropic/model-traits.ts';
import type { ChosenDestination, Destination } from './destination.ts';
import { type AskedUse, restrictDestination } from './restrict-destination.ts';

/** What decides where a request goes, and whether it may go there. */
interface DestinationInput extends AskedUse {
  readonly headers: IncomingHttpHeaders;
  /** The provider that holds what the request names by an id. */
  readonly holder?: string;
}

/** @throws GatewayError invalid_api_key, invalid_request, provider_not_configured, model_not_allowed */
export type ChooseDestination = (input: DestinationInput) => ChosenDestination;

/** To be asked before a destination is chosen: where a session is, if the name stands for several targets. */
export interface Placing {
  /** Whether any name does. */
  readonly isUsed: boolean;
  /** @returns undefined where there is nothing to wait for; else a promise that never rejects */
  prepare(input: Pick<DestinationInput, 'headers' | 'model'>): Promise<void> | undefined;
}

export const createPlacing = ({
  routing,
  balance,
}: Pick<ChooseDestinationDeps, 'routing' | 'balance'>): Placing => {
  const isUsed = [...routing.aliases.values()].some(({ targets }) => targets !== undefined);
  return {
    isUsed,
    prepare: ({ headers, model }) => {
      const { balanced } = isUsed ? routeModel(model, routing) : {};
      return balanced && balance.prepare(balanced, sessionOf(headers));
    },
  };
};

export interface ChooseDestinationDeps {
  readonly routing: Routing;
  /** By the ids of `routing`. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** The default provider's upstream, by what else the request carries: a ChatGPT sign-in may pay. */
  readonly chooseUpstream: ChooseUpstream;
  readonly keys: Pick<KeyPool, 'pick'>;
  readonly balance: Balance;
}

const nameOfDestination = ({ upstream, model }: Destination): string =>
  nameOfTarget({ provider: upstream.name, upstreamModel: model });

const isMessagesPath = (path: string): boolean => /^\/messages(?:[/?]|$)/.test(path);

const speaksMessages = ({ native }: Upstream): boolean => native.includes('messages');

/**
 * A status that Claude Code asks once, and shows the words of: after a 400 it asks five times more with less in
 * its request, and of a 404 it shows words of its own (measured with 2.1.330).
 */
const SAID_ONCE = 410;

const noClaude = (model: string, provider: string): GatewayError =>
  new GatewayError(
    'invalid_request',
    `no provider here has the model ${model.slice(0, 100)}. Lead its name to a model of ${provider} in gomodel.yaml (aliases: { "claude-*": ${provider}/… }), name another model (in Claude Code: --model or ANTHROPIC_MODEL), or set ANTHROPIC_API_KEY where gomodel-ts starts.`,
    { param: 'model', status: SAID_ONCE },
  );

/** By the model that a request names, and by who pays for it. The client never names an address. */
export const createChooseDestination = (deps: ChooseDestinationDeps): ChooseDestination => {
  const { routing, upstreams, chooseUpstream, keys, balance } = deps;

  const upstreamOf = (
    { provider }: RouteTarget,
    headers: IncomingHttpHeaders,
    why: RouteReason,
  ): Upstream => {
    const own = upstreams.get(provider);
    if (!own) throw new GatewayError('internal_error', `there is no provider ${provider}.`);
    // Who names the provider means it, or a model that only it has, and not whoever a sign-in leads to.
    const isOthers = why !== 'default' && !own.native.includes('responses');
    const isMeant = own.credential !== undefined && (why === 'prefix' || why === 'stored' || isOthers);
    return provider === routing.defaultProvider && !isMeant ? chooseUpstream(headers) : own;
  };

  /**
   * Where a request of Anthropic's API goes that no rule sends anywhere: to who speaks it, else to the default
   * provider, which is asked in its own API.
   */
  const forMessages = (chosen: Upstream, why: RouteReason, model: string | undefined): Upstream => {
    if (speaksMessages(chosen) || why !== 'default') return chosen;
    const anthropic = [...upstreams.values()].find(
      (one) => one.dialect === 'anthropic' && speaksMessages(one),
    );
    if (anthropic) return anthropic;
    // Other providers of Claude are known from their model lists, or by asking.
    const isMaker = chosen.messagesDialect === 'responses' || chosen.dialect === 'gemini';
    if (isMaker && model !== undefined && isClaude(model)) throw noClaude(model, chosen.name);
    return chosen;
  };

  const choose = (input: DestinationInput, failed?: ReadonlySet<string>): ChosenDestination => {
    const { headers, path, model, holder } = input;
    const route: Route =
      holder === undefined
        ? routeModel(model, routing)
        : { provider: holder, upstreamModel: undefined, why: 'stored', fallbacks: [] };
    const { why, effort } = route;
    const isMessages = isMessagesPath(path);
    const session = sessionOf(headers);
    const balanced = route.balanced && balance.order(route.balanced, session, failed);
    const [first = route, ...others] = balanced?.targets ?? [];
    const upstream = upstreamOf(first, headers, why);
    const fallbacks = [...others, ...route.fallbacks].map((target) => ({
      upstream: upstreamOf(target, headers, why),
      model: target.upstreamModel,
      effort,
    }));
    const chosen: ChosenDestination = {
      upstream: isMessages ? forMessages(upstream, why, model) : upstream,
      model: first.upstreamModel,
      effort,
      why,
      fallbacks,
    };
    const withKey = <To extends { readonly upstream: Upstream }>(to: To): To => ({
      ...to,
      upstream: keys.pick(to.upstream, session),
    });
    const allowed = restrictDestination(chosen, input);
    return {
      ...withKey(allowed),
      fallbacks: allowed.fallbacks.map(withKey),
      ...(balanced && { balance: balanced.note }),
    };
  };

  /** The next target of a session is where it will be found as long as the first one rests. */
  const goOnWith =
    (input: DestinationInput, balanced: Balanced): ChosenDestination['goOn'] =>
    async (failed) => {
      const names = new Set(failed.map(nameOfDestination));
      await balance.prepare(balanced, sessionOf(input.headers), names);
      try {
        const next = choose(input, names);
        return [next, ...next.fallbacks].filter((one) => !names.has(nameOfDestination(one)));
      } catch {
        return undefined;
      }
    };

  return (input) => {
    const { balanced } = routeModel(input.model, routing);
    const chosen = choose(input);
    const goOn = balanced && chosen.fallbacks.length > 0 ? goOnWith(input, balanced) : undefined;
    return goOn ? { ...chosen, goOn } : chosen;
  };
};
