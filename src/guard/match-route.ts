import { GatewayError } from '../base/errors.ts';

/** What is also served without `/v1`, since some clients leave it out. */
const BARE_ROUTES =
  /^\/(?:responses|conversations|chat|completions|embeddings|models|files|uploads|batches|images|audio|moderations)(?=[/?]|$)/;

/** `.` and `..` as path segments, however they are written: upstreams resolve them, so they are refused. */
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\]|%2f|%5c|$)/i;

/**
 * The path below the upstream's base URL that a request asks for.
 * @param url path and query, as in the request line
 * @returns path and query without `/v1`, or undefined where the gateway serves no such route
 */
const matchRoute = (url: string): string | undefined => {
  const path = url.startsWith('/v1/') ? url.slice(3) : BARE_ROUTES.test(url) ? url : undefined;
  if (path === undefined || path === '/') return undefined;
  const query = path.indexOf('?');
  return DOT_SEGMENT.test(query === -1 ? path : path.slice(0, query)) ? undefined : path;
};

/**
 * The same, for a request that must have one.
 * @throws GatewayError unknown_route
 */
export const requireRoute = (method: string, url: string): string => {
  const path = matchRoute(url);
  if (path === undefined) {
    throw new GatewayError(
      'unknown_route',
      `nothing is served at ${method} ${url.slice(0, 200)}. Model requests go to /v1/… (a base_url that ends in /v1), the dashboard is at /admin/dashboard/audit.`,
    );
  }
  return path;
};
