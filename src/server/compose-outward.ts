import type { Clock } from '../base/clock.ts';
import type { GatewayError } from '../base/errors.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import { type ChooseDestination, createChooseDestination } from '../forward/choose-destination.ts';
import { type Ask, createAsk } from '../forward/create-ask.ts';
import { type AskingForwarder, createAskingForwarder } from '../forward/create-asking-forwarder.ts';
import { createWay, type Way } from '../forward/create-way.ts';
import { createPrepare, type TranslateInto, type Unseal } from '../forward/prepare-request.ts';
import { type Recall, recallFirst } from '../forward/recall-first.ts';
import { type ChooseUpstream, createChooseUpstream } from '../providers/choose-upstream.ts';
import type { Routing } from '../providers/route-model.ts';
import type { Upstream } from '../providers/upstream.ts';
import type { Upstreams } from './compose-upstreams.ts';

export interface OutwardDeps {
  readonly config: GatewayConfig;
  readonly upstreams: Upstreams;
  readonly routing: Routing;
  readonly translateInto: TranslateInto;
  readonly unseal: Unseal;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  /** The gateway as `Via` names it. */
  readonly via: string;
  /** Of one of several processes. */
  readonly recall: Recall | undefined;
}

/** All that lies between a request that was let in and the providers. */
export interface Outward {
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
  const { config, routing, clock, connectTimeoutMs, via, recall } = deps;
  const { upstream, upstreams, chatgpt, login } = deps.upstreams;
  const byName = new Map(upstreams.map((one) => [one.name, one]));

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
  const askHere = createAsk({ prepare, wayTo, failover, clock });
  const ask = recall ? recallFirst(askHere, recall) : askHere;
  const asking = createAskingForwarder({ ask, failover, clock });

  return {
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
