import type { RequestHandler } from 'express';
import type { Placing } from '../forward/route/choose-destination.ts';

/** Waits, for a moment at most, until it is known where the request's session is. */
export const placeSession =
  (placing: Placing): RequestHandler =>
  (request, response, next) => {
    const { native, model } = request.context;
    const placed = native ? undefined : placing.prepare({ headers: request.headers, model });
    if (!placed) {
      next();
      return;
    }
    void placed.then(() => {
      if (!response.closed) next();
    });
  };
