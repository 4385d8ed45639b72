import type { Api } from '../sse/answer-summary.ts';
import type { AnswerReader, AnswerSink } from './answer-sink.ts';
import type { Ask, Dialect, Effort, JsonObject } from './ask.ts';
import type { RenamedKeys } from './repair/repair-pass.ts';

/** An API of a provider's: how it is asked, and how its answers are read. Pure. */
export interface DialectSpec {
  readonly dialect: Dialect;
  /**
   * Repairs what the provider would refuse, and writes the rest.
   * @param facts of the model, where they are known
   * @throws GatewayError invalid_request where the ask cannot be put at all
   */
  writeRequest(ask: Ask, facts?: ModelFacts): WrittenRequest;
  /** How the provider counts the tokens of a request without answering it; absent if it does not. */
  readonly count?: CountSpec;
  /**
   * Of a 2xx answer.
   * @param isStream whether it is server-sent events, else one JSON body
   * @param upstream how messages name the provider
   */
  createReader(sink: AnswerSink, isStream: boolean, upstream?: string): AnswerReader;
  /** What an error answer (status ≥ 400) says. */
  readError(status: number, body: Uint8Array): ProviderError;
}

interface CountSpec {
  /** @throws GatewayError invalid_request where the ask cannot be put at all */
  writeRequest(ask: Ask, facts?: ModelFacts): WrittenRequest;
  /** @returns tokens; undefined if the answer is not of this API */
  read(body: Uint8Array): number | undefined;
}

/** What a provider's list or the configuration says of a model; absent = unknown. */
export interface ModelFacts {
  /** In tokens. */
  readonly contextWindow?: number;
  /** In tokens. */
  readonly maxOutputTokens?: number;
  /** `text`, `image`, … */
  readonly inputModalities?: readonly string[];
}

export interface WrittenRequest {
  /** Below the base URL of the provider, with the query: `/messages`, `/models/x:streamGenerateContent?alt=sse`. */
  readonly path: string;
  readonly body: JsonObject;
  /** Header lines that the API wants, such as `anthropic-version`; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the ask had and the request has not, each in a few words: `web_search tool`, `image in a tool result`. */
  readonly losses: readonly string[];
  /** How the provider was asked to cache the prompt, in a few words; absent if it was not. */
  readonly caching?: string;
  /** By the name of a tool: the keys that its calls must have renamed back. */
  readonly renamedKeys?: ReadonlyMap<string, RenamedKeys>;
  /** Stop sequences that the provider cannot be told: the gateway ends the answer there. */
  readonly stops?: readonly string[];
}

export interface ProviderError {
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  /** Where the provider says it in the body, and in no header. */
  readonly retryAfterSeconds?: number;
}

/** What is sent instead of a client's request, and how the answer comes back. */
export interface Translation extends Omit<WrittenRequest, 'body' | 'renamedKeys' | 'stops'> {
  readonly body: Buffer;
  readonly dialect: Dialect;
  /**
   * @param contentType of the provider's answer
   * @param upstream how messages name the provider
   */
  answer(status: number, contentType: string, upstream?: string): AnswerTranslation;
}

/** Turns the bytes of a provider's answer into those of the client's API. Never throws. */
export interface AnswerTranslation {
  /** Of the bytes that come out. */
  readonly contentType: string;
  /** @returns what can be said already, maybe nothing */
  push(chunk: Uint8Array): Buffer;
  /** The provider's answer is whole. @returns the rest */
  end(): Buffer;
  /** True once a stream has its last word: what else the provider sends means nothing. */
  isOver?(): boolean;
  /** Present where the answer is one object, of which nothing is said before it is whole. */
  readonly whole?: WholeAnswer;
}

interface WholeAnswer {
  /** Known after `end` or `breakOff`. A failure that the provider reported with 200 has another status here. */
  result(): {
    readonly status: number;
    readonly retryAfterMs: number | undefined;
    /** Where it is not the one of the answer. */
    readonly contentType?: string;
  };
  /** The provider broke off. @returns the error that is told instead */
  breakOff(): Buffer;
}

export interface TranslateInput {
  /** The API that the client speaks. Nothing is translated from Google's. */
  readonly api: Exclude<Api, 'gemini'>;
  /** Below `/v1`, with the query. */
  readonly path: string;
  /** Decoded. */
  readonly body: Buffer;
  /** The provider's name of the model. */
  readonly model: string;
  readonly spec: DialectSpec;
  /** Of the model, where they are known. */
  readonly facts?: ModelFacts;
  /** Names the provider and the account that are asked; absent if there is one alone. */
  readonly account?: string;
  /** What the client asks for beyond its API's stable form (`anthropic-beta`). */
  readonly betas?: readonly string[];
  /** False: no prompt cache is asked for. Default true. */
  readonly promptCaching?: boolean;
  /** The client's session, by which a provider keeps its requests together. */
  readonly session?: string | undefined;
  /** In place of what the client asked for, where its API has no member that could be set. */
  readonly effort?: Effort | undefined;
}

/** @throws GatewayError invalid_json, invalid_request */
export type Translate = (input: TranslateInput) => Translation;

/** How the tokens of a request are counted. */
export interface TokenCount {
  readonly dialect: Dialect;
  readonly losses: readonly string[];
  /** Tokens, rather too many than too few. */
  readonly estimate: number;
  /** What the provider is asked; absent if it does not count. */
  readonly asked?: Pick<Translation, 'path' | 'headers' | 'body'> & {
    read(body: Uint8Array): number | undefined;
  };
}

/** @throws GatewayError invalid_json, invalid_request */
export type CountTokens = (input: TranslateInput) => TokenCount;
