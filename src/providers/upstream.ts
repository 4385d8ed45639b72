import type { Dialect } from '../translate/ask.ts';
import type { ChatQuirks } from '../translate/chat/quirks.ts';
import type { ConfiguredProvider } from './configured-provider.ts';
import { createSignRequest } from './credentials/sign-request.ts';
import type { SignRequest } from './credentials/unsigned-request.ts';
import { BEARER, type ClientApi, type CredentialForm } from './provider-spec.ts';

/** Who pays at an upstream. */
export type UpstreamCredential =
  /** The gateway: this header line, its name in lower case, replaces the client's own. */
  | { readonly kind: 'own'; readonly header: string; readonly value: string }
  /** The gateway: each request is signed with headers of its own. */
  | { readonly kind: 'signed'; readonly sign: SignRequest }
  /** The client: its `Authorization` is forwarded unchanged. */
  | { readonly kind: 'client' }
  /** Nobody: no key is asked for. */
  | { readonly kind: 'none' };

/** The proxy that one provider is reached through. */
export interface OwnProxy {
  /** An absolute URL, or `direct`. */
  readonly address: string;
  /** The variable that sets it, for messages. */
  readonly variable: string;
}

/** A model provider as the gateway reaches it. */
export interface Upstream {
  /** As the record names it, such as `openai`. */
  readonly name: string;
  /** Without a slash at its end. */
  readonly baseUrl: URL;
  /** Absent: model requests are refused as `provider_not_configured`. */
  readonly credential: UpstreamCredential | undefined;
  /** Where a provider has several keys: the variable that holds this one, by which it is shown. */
  readonly keyName?: string;
  /** The variable that would hold the credential, for the refusal's message. */
  readonly keyVariable: string;
  /** Requests of these APIs are relayed unchanged. */
  readonly native: readonly ClientApi[];
  /** Whether it has OpenAI's Realtime API over WebSocket. */
  readonly realtime?: true;
  /** Whether thoughts of other providers are left out where it refuses them. */
  readonly refusesForeignThoughts?: true;
  /** What requests of another API are translated into; absent if nothing is. */
  readonly dialect?: Dialect;
  /** In place of it for requests of Anthropic's API. */
  readonly messagesDialect?: Dialect;
  /** Its own proxy, or `direct`, in place of the environment's. */
  readonly proxy?: OwnProxy;
  /** False: it is asked to cache no prompt of a translated request. */
  readonly promptCaching?: boolean;
  /** How its chat completions differ. */
  readonly chat?: ChatQuirks;
  /** Header lines of the user's own for every request, names in lower case; they win over all others. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The path that is sent, by the one that was asked for and the provider's name of the model; absent
   * where it is the same.
   */
  readonly toPath?: (path: string, model: string | undefined) => string;
}

const EVERYTHING: readonly ClientApi[] = ['responses', 'chat', 'messages'];

const credentialOf = ({ header, scheme }: CredentialForm, key: string): UpstreamCredential => ({
  kind: 'own',
  header,
  value: `${scheme}${key}`,
});

const credentialOfProvider = ({
  spec,
  apiKey,
  ambient,
}: ConfiguredProvider): UpstreamCredential | undefined => {
  if (apiKey !== undefined) return credentialOf(spec.credential, apiKey);
  if (ambient) return { kind: 'signed', sign: createSignRequest(ambient) };
  return spec.keyless ? { kind: 'none' } : undefined;
};

/** As a member, where a provider has a proxy of its own. */
export const ownProxyOf = ({
  proxy,
  keyVariable,
}: Pick<ConfiguredProvider, 'proxy' | 'keyVariable'>): { proxy?: OwnProxy } =>
  proxy === undefined
    ? {}
    : { proxy: { address: proxy, variable: keyVariable.replace(/_API_KEY$/, '_PROXY_URL') } };

/** A configured provider as the gateway reaches it. */
export const createUpstream = (provider: ConfiguredProvider): Upstream => {
  const { id, spec, baseUrl, apiVersion, keyVariable, headers, native = spec.native } = provider;
  const { toPath, chat, realtime, refusesForeignThoughts, messagesDialect } = spec;
  const asksResponses = messagesDialect === 'responses' && native.includes('responses');
  return {
    name: id,
    baseUrl,
    credential: credentialOfProvider(provider),
    keyVariable,
    native,
    dialect: spec.dialect,
    ...(asksResponses && { messagesDialect }),
    headers,
    ...(chat && { chat }),
    ...ownProxyOf(provider),
    ...(provider.promptCaching === false && { promptCaching: false }),
    ...(realtime && { realtime }),
    ...(refusesForeignThoughts && { refusesForeignThoughts }),
    ...(toPath && { toPath: (path, model) => toPath(path, model, apiVersion) }),
  };
};

/** The API that Ollama has beside the OpenAI-compatible one, at the root of its address. */
export const createOllamaUpstream = (openAi: Upstream): Upstream => {
  const baseUrl = new URL(openAi.baseUrl);
  baseUrl.pathname = baseUrl.pathname.replace(/\/v1$/, '');
  return { ...openAi, baseUrl };
};

/** ChatGPT's own backend for ChatGPT sign-ins: their tokens fail at the API's host. */
export const createChatgptUpstream = (baseUrl: URL): Upstream => ({
  name: 'chatgpt',
  baseUrl,
  credential: { kind: 'client' },
  keyVariable: 'CHATGPT_LOGIN',
  native: EVERYTHING,
  realtime: true,
  headers: {},
});

/** The upstream that `serve --demo` starts beside the gateway; it asks for no key. */
export const createDemoUpstream = (baseUrl: URL): Upstream => ({
  name: 'demo',
  baseUrl,
  credential: credentialOf(BEARER, 'demo'),
  keyVariable: 'OPENAI_API_KEY',
  native: ['responses', 'chat'],
  dialect: 'responses',
  headers: {},
});
