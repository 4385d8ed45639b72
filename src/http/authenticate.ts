import type { RequestHandler } from 'express';
import type { Authenticate } from '../guard/create-authenticate.ts';

/** Lets in who has the gateway's key; refusals are in the record. */
export const authenticate =
  (check: Authenticate): RequestHandler =>
  (request, _response, next) => {
    const { record } = request.context.exchange;
    record.auth = 'rejected';
    record.auth = check(request.headers);
    next();
  };
