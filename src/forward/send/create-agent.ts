import http from 'node:http';
import https from 'node:https';
import type { ProxySettings } from '../../config/read-proxies.ts';
import { AGENT_OPTIONS } from './connection-options.ts';
import { createProxyAgent } from './create-proxy-agent.ts';
import { dropStaleSockets } from './drop-stale-sockets.ts';
import { bypassesProxy } from './no-proxy.ts';
import { trustCertificates } from './trust-certificates.ts';

/**
 * The connections to one upstream, through `HTTPS_PROXY` or `HTTP_PROXY` where they apply to it. All that
 * the gateway sends to a provider goes this way: requests, WebSockets, lists of models, probes.
 */
export const createAgent = (target: URL, proxies: ProxySettings): http.Agent => {
  const isSecure = target.protocol === 'https:';
  const proxy = isSecure ? proxies.https : proxies.http;
  const isProxied = proxy !== undefined && !bypassesProxy(target, proxies.no);
  const direct = (): http.Agent =>
    isSecure ? new https.Agent(AGENT_OPTIONS) : new http.Agent(AGENT_OPTIONS);
  const agent = isProxied ? createProxyAgent(target, proxy) : direct();
  if (isSecure) trustCertificates(agent, proxies.certificates);
  return dropStaleSockets(agent, target.host);
};
