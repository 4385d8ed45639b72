import type { RequestHandler } from 'express';
import { checkFraming } from '../guard/check-framing.ts';

/** Refuses a request that the next server could read differently. */
export const refuseDoubtfulFraming = (): RequestHandler => (request, response, next) => {
  try {
    checkFraming(request);
  } catch (error) {
    response.shouldKeepAlive = false;
    throw error;
  }
  next();
};
