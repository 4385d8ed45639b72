import type { Agent, IncomingMessage } from 'node:http';
import type { Clock } from '../../base/time/clock.ts';
import type { ProxySettings } from '../../config/providers/read-proxies.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { createAgent } from './create-agent.ts';
import { createForwarder, type Forwarder } from './create-forwarder.ts';
import { createSender, type Send } from './create-sender.ts';
import { signFirst } from './sign-first.ts';

export interface UpstreamClientDeps {
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly proxies: ProxySettings;
  readonly connectTimeoutMs: number;
  readonly stallTimeoutMs?: number;
  /** This process as `Via` names it. */
  readonly via: string;
  /** Told of each answer when it begins, whoever gets it. */
  readonly onAnswer?: (message: IncomingMessage) => void;
}

/** The way to one upstream: for requests that come over HTTP, and for those that the gateway makes itself. */
export interface UpstreamClient {
  readonly upstream: Upstream;
  readonly forwarder: Forwarder;
  readonly send: Send;
  /** Its connections, for WebSockets. */
  readonly agent: Agent;
  /** Ends the connections that are kept open. */
  close(): void;
}

/** All ways of asking share the upstream's connections. */
export const createUpstreamClient = ({ proxies, ...deps }: UpstreamClientDeps): UpstreamClient => {
  const agent = createAgent(deps.upstream.baseUrl, proxies, deps.upstream.proxy);
  return {
    upstream: deps.upstream,
    agent,
    forwarder: createForwarder({ ...deps, agent }),
    send: signFirst(createSender({ ...deps, agent }), deps.upstream, agent),
    close: () => agent.destroy(),
  };
};
