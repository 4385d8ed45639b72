import http from 'node:http';
import https from 'node:https';
import { DIRECT, type ProxySettings } from '../../config/providers/read-proxies.ts';
import type { OwnProxy } from '../../providers/upstream.ts';
import { AGENT_OPTIONS } from './connection-options.ts';
import { createProxyAgent } from './create-proxy-agent.ts';
import { dropStaleSockets } from './drop-stale-sockets.ts';
import { bypassesProxy } from './no-proxy.ts';
import { trustCertificates } from './trust-certificates.ts';

/**
 * The connections to one upstream, through its own proxy, else through `HTTPS_PROXY` or `HTTP_PROXY` where they apply
 * to it. All that the gateway sends to a provider goes this way: requests, WebSockets, lists of models, probes.
 * @param own in place of the environment's, and of `NO_PROXY`
 */
export const createAgent = (target: URL, proxies: ProxySettings, own?: OwnProxy): http.Agent => {
  const isSecure = target.protocol === 'https:';
  const common = isSecure ? proxies.https : proxies.http;
  const isCommon = own === undefined && common !== undefined && !bypassesProxy(target, proxies.no);
  const isOwn = own !== undefined && own.address !== DIRECT;
  const proxy = isOwn ? own.address : isCommon ? common : undefined;
  const direct = (): http.Agent =>
    isSecure ? new https.Agent(AGENT_OPTIONS) : new http.Agent(AGENT_OPTIONS);
  const agent = proxy === undefined ? direct() : createProxyAgent(target, proxy, own?.variable);
  if (isSecure) trustCertificates(agent, proxies.certificates);
  return dropStaleSockets(agent, target.host);
};
