import type { AmbientCredential } from './credentials/ambient-credential.ts';
import type { ClientApi, ListedModel, ProviderSpec } from './provider-spec.ts';

/** A provider that the user has configured; several may be of one kind. */
export interface ConfiguredProvider {
  /** As the record and the prefix of a model name it: `openai`, `openai-east`. */
  readonly id: string;
  readonly spec: ProviderSpec;
  /** Without a slash at its end. */
  readonly baseUrl: URL;
  readonly apiKey: string | undefined;
  /** Beside it: `OPENAI_API_KEY_2` and so on. A session stays with one of them. */
  readonly moreKeys?: readonly FurtherKey[];
  /** In place of a key, where the provider takes one. */
  readonly ambient?: AmbientCredential;
  /** Where the key came from, in words, for who reads it. */
  readonly apiKeyOrigin: string | undefined;
  /** The variable that would hold the key. */
  readonly keyVariable: string;
  readonly apiVersion: string | undefined;
  /** Those that its own list need not have; facts of the configuration win over the list's. */
  readonly models: readonly ListedModel[];
  /** Header lines of every request, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Its own proxy, or `direct`, in place of the environment's. */
  readonly proxy?: string;
  /** False: translated requests ask it to cache no prompt. */
  readonly promptCaching?: boolean;
  /** In place of the spec's. */
  readonly native?: readonly ClientApi[];
}

/** One of several keys of a provider. */
export interface FurtherKey {
  /** The variable that holds it, by which it is shown. */
  readonly variable: string;
  readonly value: string;
}

/** True where a provider can be asked at the gateway's own cost. */
export const hasCredential = ({ apiKey, ambient }: ConfiguredProvider): boolean =>
  apiKey !== undefined || ambient !== undefined;
