import type { GatewayConfig } from '../../config/load-config.ts';
import {
  createChatgptUpstream,
  createDemoUpstream,
  createOllamaUpstream,
  createUpstream,
  type Upstream,
} from '../../providers/upstream.ts';

/** Everyone whom the gateway may ask. */
export interface Upstreams {
  /** The default provider's. */
  readonly upstream: Upstream;
  /** Of the configured providers, the default one first. */
  readonly upstreams: readonly Upstream[];
  readonly chatgpt: Upstream;
  /** The own API of the Ollama that is configured. */
  readonly ollama: Upstream | undefined;
  /** Who pays at the default provider. */
  readonly login: GatewayConfig['chatgpt']['login'];
}

/** @param demoUrl the demo's address, where it answers in place of all providers */
export const composeUpstreams = (config: GatewayConfig, demoUrl: URL | undefined): Upstreams => {
  const configured = demoUrl ? [createDemoUpstream(demoUrl)] : config.providers.map(createUpstream);
  const upstream = configured.find(({ name }) => name === config.defaultProvider) ?? configured[0];
  const ollama = config.providers.find(({ spec }) => spec.id === 'ollama')?.id;
  const openAi = configured.find(({ name }) => name === ollama);
  return {
    upstream: upstream as Upstream,
    upstreams: [upstream as Upstream, ...configured.filter((one) => one !== upstream)],
    ollama: openAi && createOllamaUpstream(openAi),
    chatgpt: createChatgptUpstream(config.chatgpt.baseUrl),
    login: demoUrl ? 'replace' : config.chatgpt.login,
  };
};

/** Why no model request could be served, in a sentence. */
export const upstreamTroubleOf = ({ upstream, login }: Upstreams): string | undefined => {
  if (upstream.credential || login === 'passthrough') return undefined;
  return `no key for ${upstream.baseUrl.host}: set ${upstream.keyVariable}`;
};
