import type { RequestHandler } from 'express';
import { checkLoop } from '../guard/check-loop.ts';

/**
 * Refuses a request that has been here before.
 * @param via this process as it names itself in `Via`
 */
export const refuseLoop =
  (via: string): RequestHandler =>
  (request, _response, next) => {
    checkLoop(request.headers, via);
    next();
  };
