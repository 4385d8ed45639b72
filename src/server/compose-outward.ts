import type { Clock } from '../base/clock.ts';
import type { GatewayError } from '../base/errors.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import { type ChooseDestination, createChooseDestination } from '../forward/choose-destination.ts';
import { type Ask, createAsk } from '../forward/create-ask.ts';
import { type AskingForwarder, createAskingForwarder } from '../forward/create-asking-forwarder.ts';
import { createWay, type Way } from '../forward/create-way.ts';
import { createPrepare, type TranslateInto, type Unseal } from '../forward/prepare-request.ts';
import { type ChooseUpstream, createChooseUpstream } from '../providers/choose-upstream.ts';
import type { Routing } from '../providers/route-model.ts';
import {
  createChatgptUpstream,
  createDemoUpstream,
  createUpstream,
  type Upstream,
} from '../providers/upstream.ts';

export interface OutwardDeps {
  readonly config: GatewayConfig;
  /** The demo's address, where it answers in place of all providers. */
  readonly demoUrl: URL | undefined;
  readonly routing: Routing;
  readonly translateInto: TranslateInto;
  readonly unseal: Unseal;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  /** This process as `Via` names it. */
  readonly via: string;
}

/** All that lies between a request that was let in and the providers. */
export interface Outward {
  /** The default provider's. */
  readonly upstream: Upstream;
  /** Of the configured providers, the default one first. */
  readonly upstreams: readonly Upstream[];
  readonly chatgpt: Upstream;
  /** Who pays at the default provider. */
  readonly login: GatewayConfig['chatgpt']['login'];
  readonly chooseUpstream: ChooseUpstream;
  readonly chooseDestination: ChooseDestination;
  readonly wayTo: (upstream: Upstream) => Way;
  readonly ask: Ask;
  readonly asking: AskingForwarder;
  /** Ends the answers that still run. */
  cutAll(reason: GatewayError): void;
  /** Ends the connections that are kept open. */
  close(): void;
}

export const composeOutward = (deps: OutwardDeps): Outward => {
  const { config, demoUrl, routing, clock, connectTimeoutMs, via } = deps;
  const configured = demoUrl ? [createDemoUpstream(demoUrl)] : config.providers.map(createUpstream);
  const byName = new Map(configured.map((upstream) => [upstream.name, upstream]));
  const upstream = byName.get(config.defaultProvider) ?? (configured[0] as Upstream);
  const chatgpt = createChatgptUpstream(config.chatgpt.baseUrl);
  const login = demoUrl ? 'replace' : config.chatgpt.login;

  const ways = new Map<Upstream, Way>();
  const wayTo = (to: Upstream): Way => {
    const known = ways.get(to);
    if (known) return known;
    const way = createWay({ upstream: to, clock, proxies: config.proxies, connectTimeoutMs, via });
    ways.set(to, way);
    return way;
  };

  const chooseUpstream = createChooseUpstream({ own: upstream, chatgpt, login });
  const { failover } = config;
  const prepare = createPrepare({ translateInto: deps.translateInto, unseal: deps.unseal, via });
  const ask = createAsk({ prepare, wayTo, failover, clock });
  const asking = createAskingForwarder({ ask, failover, clock });

  return {
    upstream,
    upstreams: [upstream, ...configured.filter((one) => one !== upstream)],
    chatgpt,
    login,
    chooseUpstream,
    chooseDestination: createChooseDestination({ routing, upstreams: byName, chooseUpstream }),
    wayTo,
    ask,
    asking,
    cutAll: (reason) => {
      for (const { forwarder } of ways.values()) forwarder.cutAll(reason);
      asking.cutAll(reason);
    },
    close: () => {
      for (const way of ways.values()) way.close();
    },
  };
};
