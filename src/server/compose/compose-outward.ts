import type { GatewayError } from '../../base/errors.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { IsMeant } from '../../forward/forwarding.ts';
import { type Ask, createAsk, type TakeProvider } from '../../forward/retry/create-ask.ts';
import { type BreakerState, createBreakers } from '../../forward/retry/create-breakers.ts';
import {
  createRetryingForwarder,
  type RetryingForwarder,
} from '../../forward/retry/create-retrying-forwarder.ts';
import { type Recall, recallFirst } from '../../forward/retry/recall-first.ts';
import {
  type ChooseDestination,
  createChooseDestination,
  createPlacing,
  type Placing,
} from '../../forward/route/choose-destination.ts';
import { createUpstreamClient, type UpstreamClient } from '../../forward/send/create-upstream-client.ts';
import { createPrepareCount, type PrepareCount } from '../../forward/send/prepare-count.ts';
import {
  type CountInto,
  createPrepare,
  type TranslateInto,
  type Unseal,
} from '../../forward/send/prepare-request.ts';
import { createBalance, nameOfTarget } from '../../providers/balance/create-balance.ts';
import type { SessionPlaces } from '../../providers/balance/session-places.ts';
import { createTargetHealth } from '../../providers/balance/target-health.ts';
import { type ChooseUpstream, createChooseUpstream } from '../../providers/choose-upstream.ts';
import { createKeyPool, type KeyPool } from '../../providers/keys/key-pool.ts';
import type { Routing, WeightedTarget } from '../../providers/route-model.ts';
import type { Upstream } from '../../providers/upstream.ts';
import type { Upstreams } from './compose-upstreams.ts';

export interface OutwardDeps {
  readonly config: GatewayConfig;
  readonly upstreams: Upstreams;
  readonly routing: Routing;
  /** What a typical request costs at a target, in USD. */
  readonly costOf: (target: WeightedTarget) => number | undefined;
  readonly places: SessionPlaces;
  readonly translateInto: TranslateInto;
  readonly countInto: CountInto;
  readonly unseal: Unseal;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  /** The gateway as `Via` names it. */
  readonly via: string;
  readonly takeProvider: TakeProvider;
  /** Of one of several processes. */
  readonly recall: Recall | undefined;
}

/** All that lies between a request that was let in and the providers. */
export interface Outward {
  readonly chooseUpstream: ChooseUpstream;
  readonly chooseDestination: ChooseDestination;
  readonly placing: Placing;
  readonly clientFor: (upstream: Upstream) => UpstreamClient;
  readonly ask: Ask;
  readonly retrying: RetryingForwarder;
  readonly prepareCount: PrepareCount;
  /** By provider, of those alone that were asked. */
  breakers(): Readonly<Record<string, BreakerState>>;
  readonly keys: KeyPool;
  /** Ends the answers that still run, or what of them is meant. */
  cut(reason: GatewayError, isMeant?: IsMeant): void;
  /** Ends the connections that are kept open. */
  close(): void;
}

export const composeOutward = (deps: OutwardDeps): Outward => {
  const { config, routing, clock, connectTimeoutMs, via, recall } = deps;
  const { upstream, upstreams, chatgpt, login } = deps.upstreams;
  const byName = new Map(upstreams.map((one) => [one.name, one]));

  const health = createTargetHealth(clock);
  const keys = createKeyPool(config.providers, upstreams, clock);
  const clients = new Map<Upstream, UpstreamClient>();
  const clientFor = (to: Upstream): UpstreamClient => {
    const known = clients.get(to);
    if (known) return known;
    const client = createUpstreamClient({
      upstream: to,
      clock,
      proxies: config.proxies,
      connectTimeoutMs,
      stallTimeoutMs: config.streamStallMs,
      via,
      onAnswer: ({ statusCode = 502, headers }) => keys.note(to, statusCode, headers),
    });
    clients.set(to, client);
    return client;
  };

  const chooseUpstream = createChooseUpstream({ own: upstream, chatgpt, login });
  const { failover } = config;
  const prepare = createPrepare({ translateInto: deps.translateInto, unseal: deps.unseal, via });
  const breakers = createBreakers(failover.breaker);
  const { takeProvider } = deps;
  const askHere = createAsk({
    ...{ prepare, clientFor, failover, clock, takeProvider },
    runGuarded: breakers.run,
    noteOutcome: ({ upstream: { name }, model }, outcome) =>
      health.note(nameOfTarget({ provider: name, upstreamModel: model }), outcome),
  });
  const ask = recall ? recallFirst(askHere, recall) : askHere;
  const retrying = createRetryingForwarder({
    ...{ ask, failover, clock },
    stallTimeoutMs: config.streamStallMs,
  });

  const balance = createBalance({ health, costOf: deps.costOf, places: deps.places });
  return {
    chooseUpstream,
    chooseDestination: createChooseDestination({
      ...{ routing, upstreams: byName, chooseUpstream, keys, balance },
    }),
    placing: createPlacing({ routing, balance }),
    clientFor,
    ask,
    retrying,
    keys,
    prepareCount: createPrepareCount({ countInto: deps.countInto, via }),
    breakers: breakers.states,
    cut: (reason, isMeant) => {
      for (const { forwarder } of clients.values()) forwarder.cut(reason, isMeant);
      retrying.cut(reason, isMeant);
    },
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
};
