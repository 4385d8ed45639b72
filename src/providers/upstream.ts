/** The header line by which an upstream knows who pays. */
export interface UpstreamCredential {
  /** Lower case. */
  readonly header: string;
  readonly value: string;
}

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

/** OpenAI, or whatever speaks its API at `baseUrl`. */
export const createOpenAiUpstream = (baseUrl: URL, apiKey: string | undefined): Upstream => ({
  name: 'openai',
  baseUrl,
  credential: apiKey === undefined ? undefined : { header: 'authorization', value: `Bearer ${apiKey}` },
  keyVariable: 'OPENAI_API_KEY',
});

/** The upstream that `serve --demo` starts beside the gateway; it asks for no key. */
export const createDemoUpstream = (baseUrl: URL): Upstream => ({
  name: 'demo',
  baseUrl,
  credential: { header: 'authorization', value: 'Bearer demo' },
  keyVariable: 'OPENAI_API_KEY',
});
