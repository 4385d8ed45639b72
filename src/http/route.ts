import type { RequestHandler } from 'express';
import { requireRoute } from '../guard/match-route.ts';

/** Finds what the request asks of the upstream, or refuses it as `unknown_route`. */
export const route = (): RequestHandler => (request, _response, next) => {
  const { path, native } = requireRoute(request.method, request.url);
  request.context.upstreamPath = path;
  request.context.native = native;
  next();
};
