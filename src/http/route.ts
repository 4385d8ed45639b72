import type { RequestHandler } from 'express';
import { GatewayError } from '../base/errors.ts';
import { matchRoute } from './match-route.ts';

/** Finds what the request asks of the upstream, or refuses it as `unknown_route`. */
export const route = (): RequestHandler => (request, _response, next) => {
  const path = matchRoute(request.url);
  if (path === undefined) {
    throw new GatewayError(
      'unknown_route',
      `nothing is served at ${request.method} ${request.url.slice(0, 200)}. Model requests go to /v1/… (a base_url that ends in /v1), the dashboard is at /admin/dashboard/audit.`,
    );
  }
  request.context.upstreamPath = path;
  next();
};
