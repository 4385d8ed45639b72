import { GatewayError } from '../base/errors.ts';

/** What is also served without `/v1`, since some clients leave it out. */
const BARE_ROUTES =
  /^\/(?:responses|conversations|chat|completions|messages|embeddings|models|files|uploads|batches|images|audio|moderations|realtime)(?=[/?]|$)/;

/**
 * `.` and `..` as path segments, however they are written, and with whatever some server takes for the end of
 * one: upstreams resolve them, so they are refused. Around them may be control characters and spaces (also the
 * ones of Latin-1), which some servers take away before they look at a segment; `%c0%ae` and `%c0%af` are a
 * dot and a slash in overlong UTF-8.
 */
const DOT_SEGMENT =
  /(?:^|[/\\]|%(?:2f|5c|c0%af))(?:%(?:[01][0-9a-f]|20|7f|a0|c2%a0|c2%85))*(?:\.|%2e|%c0%ae|%e0%80%ae){1,2}(?:%(?:[01][0-9a-f]|20|7f|a0|c2%a0|c2%85))*(?:[/\\;#]|%(?:2f|5c|3b|23|3f|00|c0%af)|$)/i;

/** What `codex --oss` asks of Ollama beside its OpenAI-compatible API, measured with 0.171.0. */
const OLLAMA_ROUTE = /^\/api\/(?:version|tags|pull|show)(?:\?|$)/;

/** @param path below `/v1`, or at the root */
export const isOllamaRoute = (path: string): boolean => OLLAMA_ROUTE.test(path);

/** `/p/{provider}/…`, with what follows the provider's name. */
const NATIVE_ROUTE = /^\/p\/([A-Za-z0-9][\w.-]*)(\/[^?]*(?:\?.*)?)$/s;

/** What a request asks for. */
export interface MatchedRoute {
  /** Path and query without `/v1`; of a native route, path and query as they came. */
  readonly path: string;
  /** What is asked of a provider in its own API; undefined where the path names none. */
  readonly native: { readonly provider: string; readonly path: string } | undefined;
}

const hasDotSegment = (path: string): boolean => {
  const end = path.indexOf('?');
  const bare = end === -1 ? path : path.slice(0, end);
  // Some undo percent-encoding more than once.
  return DOT_SEGMENT.test(bare.includes('%25') ? bare.replace(/%(?:25)+/g, '%') : bare);
};

/** A path that begins so is a host to whoever resolves it as a reference (RFC 3986 §4.2). */
const namesHost = (path: string): boolean => /^[/\\]{2}/.test(path);

/** A base URL with `/v1` twice. */
const DOUBLED_VERSION = /^(?:\/v1)+(?=\/v1\/)/;
/** A base URL that is a whole endpoint, to which the client appends another one. */
const DOUBLED_ENDPOINT =
  /^(?:\/v1)?\/(?:responses|chat\/completions|messages)(?=\/(?:responses|chat\/completions|messages|models)(?:[/?]|$))/;

const FIRST_SLASHES = /^\/{2,8}(?=[a-z])/;
const SLASHES_WITHIN = /^\/v1\/{2,8}(?=[a-z])/;

/** A base URL that ends in a slash, to which the client appends another one. Before anything but a route, they stay. */
const withSingleSlashes = (url: string): string => {
  const single = url.replace(FIRST_SLASHES, '/').replace(SLASHES_WITHIN, '/v1/');
  return BARE_ROUTES.test(single.startsWith('/v1/') ? single.slice(3) : single) ? single : url;
};

/** What a client means whose base URL says more than it should. */
const withoutDoubles = (url: string): string =>
  withSingleSlashes(url).replace(DOUBLED_VERSION, '').replace(DOUBLED_ENDPOINT, '/v1');

/**
 * @param given path and query, as in the request line
 * @returns undefined where the gateway serves no such route
 */
const matchRoute = (given: string): MatchedRoute | undefined => {
  const url = withoutDoubles(given);
  const isBare = BARE_ROUTES.test(url) || isOllamaRoute(url);
  const path = url.startsWith('/v1/') ? url.slice(3) : isBare ? url : undefined;
  if (path !== undefined)
    return path === '/' || namesHost(path) || hasDotSegment(path) ? undefined : { path, native: undefined };
  const [, provider, rest] = url.startsWith('/p/') ? (NATIVE_ROUTE.exec(url) ?? []) : [];
  if (provider === undefined || rest === undefined) return undefined;
  if (namesHost(rest) || hasDotSegment(url)) return undefined;
  return { path: url, native: { provider, path: rest } };
};

/**
 * The same, for a request that must have one.
 * @throws GatewayError unknown_route
 */
export const requireRoute = (method: string, url: string): MatchedRoute => {
  const route = matchRoute(url);
  if (route === undefined) {
    throw new GatewayError(
      'unknown_route',
      `nothing is served at ${method} ${url.slice(0, 200)}. Model requests go to /v1/… (a base_url that ends in /v1) or to /p/{provider}/…, the dashboard is at /admin/dashboard/audit.`,
    );
  }
  return route;
};
