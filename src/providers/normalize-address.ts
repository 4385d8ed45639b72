import { trimTrailing } from '../base/trim-text.ts';
import type { ProviderSpec } from './provider-spec.ts';

/** What users paste behind a base URL: the path of one request. */
const ENDPOINT =
  /\/(?:chat\/completions|completions|responses(?:\/compact)?|messages(?:\/count_tokens)?|embeddings|models(?:\/[^/]+:\w+)?)\/*$/i;
const DOUBLED_VERSION = /(\/v\d+(?:beta)?)(?:\/*\1)+(?=\/|$)/gi;

/** Services that speak OpenAI's API without a version in its path. */
const WITHOUT_VERSION = new Set(['api.deepseek.com', 'api.perplexity.ai']);

const pathOf = (url: URL): string => trimTrailing(url.pathname, '/');

/** The path that an address without one means. */
const impliedPath = ({ id, baseUrl }: ProviderSpec, { host }: URL): string => {
  const known = baseUrl === undefined ? undefined : new URL(baseUrl);
  if (known && (known.host === host || id === 'gemini')) return pathOf(known);
  // Azure's addresses have rules of their own.
  return id === 'azure' || WITHOUT_VERSION.has(host) ? '' : '/v1';
};

/**
 * A provider's address as users write it: with a whole endpoint behind it, with `/v1` twice, or without.
 * @returns the base URL, to which paths such as `/chat/completions` are appended
 */
export const normalizeAddress = (given: URL, spec: ProviderSpec): URL => {
  const url = new URL(given);
  const path = pathOf(url).replace(ENDPOINT, '').replace(DOUBLED_VERSION, '$1');
  url.pathname = path || impliedPath(spec, url);
  return url;
};
