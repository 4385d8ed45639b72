/** Who pays at an upstream. */
export type UpstreamCredential =
  /** The gateway: this header line, its name in lower case, replaces the client's own. */
  | { readonly kind: 'own'; readonly header: string; readonly value: string }
  /** The client: its `Authorization` goes on as it came. */
  | { readonly kind: 'client' };

/** A model provider as the gateway reaches it. */
export interface Upstream {
  /** As the record names it, such as `openai`. */
  readonly name: string;
  /** Without a slash at its end. */
  readonly baseUrl: URL;
  /** Absent: model requests are refused as `provider_not_configured`. */
  readonly credential: UpstreamCredential | undefined;
  /** The variable that would hold the credential, for the refusal's message. */
  readonly keyVariable: string;
}

const bearer = (key: string): UpstreamCredential => ({
  kind: 'own',
  header: 'authorization',
  value: `Bearer ${key}`,
});

/** OpenAI, or whatever speaks its API at `baseUrl`. */
export const createOpenAiUpstream = (baseUrl: URL, apiKey: string | undefined): Upstream => ({
  name: 'openai',
  baseUrl,
  credential: apiKey === undefined ? undefined : bearer(apiKey),
  keyVariable: 'OPENAI_API_KEY',
});

/** ChatGPT's own backend, for who is signed in there: a token of a sign-in fails at the API's host. */
export const createChatgptUpstream = (baseUrl: URL): Upstream => ({
  name: 'chatgpt',
  baseUrl,
  credential: { kind: 'client' },
  keyVariable: 'CHATGPT_LOGIN',
});

/** The upstream that `serve --demo` starts beside the gateway; it asks for no key. */
export const createDemoUpstream = (baseUrl: URL): Upstream => ({
  name: 'demo',
  baseUrl,
  credential: bearer('demo'),
  keyVariable: 'OPENAI_API_KEY',
});
