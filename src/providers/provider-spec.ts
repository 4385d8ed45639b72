import type { Dialect } from '../translate/ask.ts';
import type { ChatQuirks } from '../translate/chat/quirks.ts';
import type { AmbientCredential } from './credentials/ambient-credential.ts';

/** The APIs that clients speak to the gateway: `…/responses`, `…/chat/completions`, `…/messages`. */
export type ClientApi = 'responses' | 'chat' | 'messages';

/** How a provider is reached and what it speaks: all that the gateway knows of a kind of provider. */
export interface ProviderSpec {
  /** As configurations, records and the prefix of a model name it, such as `openai`. */
  readonly id: string;
  readonly title: string;
  /** Of its variables: `<P>_API_KEY`, `<P>_BASE_URL`, `<P>_MODELS`. */
  readonly prefix: string;
  /** Without a slash at its end. Absent: whoever uses it has one of their own. */
  readonly baseUrl?: string;
  readonly credential: CredentialForm;
  /** True if it answers without a key, as programs on one's own machine do. */
  readonly keyless: boolean;
  /** What its own tools call the variable with its key, beside `<P>_API_KEY`. */
  readonly otherKeyVariable?: string;
  /** The cloud credentials that it accepts instead of a key. */
  readonly ambient?: AmbientCredential['kind'];
  /** Requests of these APIs are relayed unchanged. */
  readonly native: readonly ClientApi[];
  /** It has OpenAI's Realtime API over WebSocket, at `/realtime`. */
  readonly realtime?: true;
  /** It refuses thoughts that it has not encrypted itself: they are left out of a history that comes from elsewhere. */
  readonly refusesForeignThoughts?: true;
  /** What all other requests are translated into. */
  readonly dialect: Dialect;
  /** In place of it for requests of Anthropic's API: where Responses is native, a model's thoughts come back to it. */
  readonly messagesDialect?: Dialect;
  /** How its chat completions differ, where that is its dialect. */
  readonly chat?: ChatQuirks;
  readonly modelList: ModelListForm;
  /** Its own names of models may have a slash: `openai/gpt-oss-120b`. */
  readonly slashedNames?: true;
  /** The address derived from its own tools' variables; undefined if some are missing. */
  readonly composeBaseUrl?: (variable: (name: string) => string | undefined) => URL | undefined;
  /** Mends what users are known to write as its address. */
  readonly normalizeBaseUrl?: (given: URL) => NormalizedBaseUrl;
  /**
   * The path that a request is sent to, where it is another one than the client's.
   * @param path below the base URL, with the query
   * @param model as the provider names it
   * @param apiVersion `<P>_API_VERSION`
   */
  readonly toPath?: (path: string, model: string | undefined, apiVersion: string | undefined) => string;
  /** What differs from what one would expect, each with its reason, in whole sentences. */
  readonly quirks: readonly string[];
}

interface NormalizedBaseUrl {
  readonly baseUrl: URL;
  /** Models that the address named. */
  readonly models?: readonly string[];
}

/** The header line that carries a key: `authorization: Bearer …`, or the key alone. */
export interface CredentialForm {
  /** In lower case. */
  readonly header: string;
  /** Before the key, such as `Bearer `; none if empty. */
  readonly scheme: string;
}

export interface ModelListForm {
  /** Below the base URL, with the query; `toPath` is not asked. */
  readonly path: string;
  /** Header lines that it wants beside the key, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** @returns undefined if the answer is not a list of models */
  readonly read: (answer: unknown) => readonly ListedModel[] | undefined;
}

/** A model as its provider lists it; absent = unknown. */
export interface ListedModel {
  readonly id: string;
  /** In tokens. */
  readonly contextWindow?: number;
  /** In tokens. */
  readonly maxOutputTokens?: number;
  readonly inputModalities?: readonly Modality[];
  readonly prices?: ListedPrices;
}

/** A provider's own list prices, in USD per million tokens; absent = unknown. */
export interface ListedPrices {
  readonly input: number;
  readonly cachedInput?: number;
  readonly cacheWrite?: number;
  readonly output: number;
  /** Where reasoning has a price of its own. */
  readonly reasoning?: number;
  /** USD for a thousand searches of the web. */
  readonly webSearch?: number;
  /** USD for a thousand requests, beside their tokens. */
  readonly request?: number;
}

export type Modality = 'text' | 'image' | 'audio' | 'video' | 'file';

export const BEARER: CredentialForm = { header: 'authorization', scheme: 'Bearer ' };
