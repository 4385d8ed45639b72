import http from 'node:http';
import https from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { GatewayError } from '../../base/errors.ts';
import { errorCodeOf } from '../../base/system-error.ts';
import { bypassesProxy } from './no-proxy.ts';

export interface ProxyAddresses {
  readonly https?: string;
  readonly http?: string;
  /** The value of `NO_PROXY`. */
  readonly no?: string;
}

/**
 * Idle connections are dropped before the upstream drops them: a request that meets a closing connection
 * would fail, and a model request is never sent twice on our own account.
 */
const IDLE_MS = 60_000;

/** Measured: without a keep-alive agent a third of the throughput is left. */
const OPTIONS = {
  keepAlive: true,
  maxSockets: Number.POSITIVE_INFINITY,
  maxFreeSockets: 256,
  scheduling: 'lifo',
  timeout: IDLE_MS,
} as const;

/** A proxy that refuses the tunnel answers itself: that must not pass for an answer of the upstream's. */
const createTunnelAgent = (target: URL, proxy: string): HttpsProxyAgent<string> => {
  const agent = new HttpsProxyAgent(proxy, OPTIONS);
  const who = `the proxy at ${new URL(proxy).host} (HTTPS_PROXY)`;
  const connect = agent.connect.bind(agent);
  // What breaks before there is a tunnel is the proxy's fault, and not the upstream's.
  agent.connect = (request, options) =>
    connect(request, options).catch((cause: unknown) => {
      const message = `${who} gave no tunnel to ${target.host} (${errorCodeOf(cause) || 'no answer'}). Check its address and that it runs, or list the host in NO_PROXY.`;
      throw new GatewayError('upstream_unreachable', message, { cause });
    });
  agent.on('proxyConnect', ({ statusCode }: { statusCode: number }, request: http.ClientRequest) => {
    if (statusCode === 200) return;
    const message = `${who} answered ${statusCode} instead of a tunnel to ${target.host}. Check its address and its rules, or list the host in NO_PROXY.`;
    request.destroy(new GatewayError('upstream_unreachable', message));
  });
  return agent;
};

/** The connections to one upstream, through `HTTPS_PROXY` or `HTTP_PROXY` where they apply to it. */
export const createAgent = (target: URL, proxies: ProxyAddresses): http.Agent => {
  const secure = target.protocol === 'https:';
  const proxy = secure ? proxies.https : proxies.http;
  if (proxy === undefined || bypassesProxy(target, proxies.no)) {
    return secure ? new https.Agent(OPTIONS) : new http.Agent(OPTIONS);
  }
  return secure ? createTunnelAgent(target, proxy) : new HttpProxyAgent(proxy, OPTIONS);
};
