import type http from 'node:http';
import type { Duplex } from 'node:stream';
import { Agent as BaseAgent } from 'agent-base';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { ADDRESS_ATTEMPT_MS } from '../../base/address-attempt.ts';
import { GatewayError } from '../../base/errors.ts';
import { errorCodeOf } from '../../base/system-error.ts';
import { AGENT_OPTIONS } from './connection-options.ts';

/** The proxy of one provider has a variable of its own. */
const around = (own: string | undefined): string =>
  own === undefined ? 'list the host in NO_PROXY' : `set ${own} to direct`;

/** What breaks before the proxy has led anywhere is the proxy's fault, and not the upstream's. */
const blame = (agent: BaseAgent, failure: string, own: string | undefined): void => {
  const connect = agent.connect.bind(agent);
  agent.connect = async (request, options) => {
    try {
      return await connect(request, options);
    } catch (cause) {
      const reason = errorCodeOf(cause) || (cause instanceof Error && cause.message) || 'no answer';
      throw new GatewayError(
        'upstream_unreachable',
        `${failure} (${reason}). Check its address and that it runs, or ${around(own)}.`,
        { cause },
      );
    }
  };
};

/** A proxy that refuses the tunnel answers itself: that must not pass for the upstream's answer. */
const createTunnelAgent = (target: URL, proxy: URL, own: string | undefined): BaseAgent => {
  const agent = new HttpsProxyAgent(proxy, AGENT_OPTIONS);
  const who = `the proxy at ${proxy.host} (${own ?? 'HTTPS_PROXY'})`;
  blame(agent, `${who} gave no tunnel to ${target.host}`, own);
  agent.on('proxyConnect', ({ statusCode }: { statusCode: number }, request: http.ClientRequest) => {
    if (statusCode === 200) return;
    const message = `${who} answered ${statusCode} instead of a tunnel to ${target.host}. Check its address and its rules, or ${around(own)}.`;
    request.destroy(new GatewayError('upstream_unreachable', message));
  });
  return agent;
};

/** SOCKS, loaded with the first connection: most users have no such proxy. */
class SocksAgent extends BaseAgent {
  readonly #proxy: URL;
  #loaded: BaseAgent | undefined;

  constructor(proxy: URL) {
    super(AGENT_OPTIONS);
    this.#proxy = proxy;
  }

  override async connect(
    ...[request, options]: Parameters<BaseAgent['connect']>
  ): Promise<Duplex | http.Agent> {
    if (!this.#loaded) {
      const { SocksProxyAgent } = await import('socks-proxy-agent');
      const attempt = { autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS };
      this.#loaded ??= new SocksProxyAgent(this.#proxy, { ...AGENT_OPTIONS, socketOptions: attempt });
    }
    return this.#loaded.connect(request, options);
  }
}

/**
 * The connections to an upstream through a proxy.
 * @param proxyUrl as `readProxies` has checked it
 * @param own the variable that sets it, where it is this provider's alone
 */
export const createProxyAgent = (target: URL, proxyUrl: string, own?: string): http.Agent => {
  const proxy = new URL(proxyUrl);
  if (proxy.protocol.startsWith('socks')) {
    const agent = new SocksAgent(proxy);
    blame(agent, `the SOCKS proxy at ${proxy.host} did not lead to ${target.host}`, own);
    return agent;
  }
  if (target.protocol === 'https:') return createTunnelAgent(target, proxy, own);
  const agent = new HttpProxyAgent(proxy, AGENT_OPTIONS);
  blame(agent, `the proxy at ${proxy.host} (${own ?? 'HTTP_PROXY'}) did not accept a connection`, own);
  return agent;
};
