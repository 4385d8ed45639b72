import type { RequestHandler } from 'express';
import { checkPage } from '../guard/check-page.ts';

/** Keeps out web pages of other origins, where no master key does. */
export const refuseForeignPages = (): RequestHandler => (request, _response, next) => {
  checkPage(request.headers);
  next();
};
