import http from 'node:http';
import https from 'node:https';
import type { ProxySettings } from '../../config/read-proxies.ts';
import { AGENT_OPTIONS } from './connection-options.ts';
import { createProxyAgent } from './create-proxy-agent.ts';
import { dropStaleSockets } from './drop-stale-sockets.ts';
import { bypassesProxy } from './no-proxy.ts';

/**
 * The connections to one upstream, through `HTTPS_PROXY` or `HTTP_PROXY` where they apply to it. All that
 * the gateway sends to a provider goes this way: requests, WebSockets, lists of models, probes.
 */
export const createAgent = (target: URL, proxies: ProxySettings): http.Agent => {
  const isSecure = target.protocol === 'https:';
  const proxy = isSecure ? proxies.https : proxies.http;
  if (proxy !== undefined && !bypassesProxy(target, proxies.no)) {
    return dropStaleSockets(createProxyAgent(target, proxy));
  }
  return dropStaleSockets(isSecure ? new https.Agent(AGENT_OPTIONS) : new http.Agent(AGENT_OPTIONS));
};
