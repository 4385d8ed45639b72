import type { RequestHandler } from 'express';
import { checkClosing } from '../guard/check-closing.ts';

/** Refuses what comes in on connections that were open when the gateway began to stop. */
export const refuseWhileClosing =
  (isClosing: () => boolean): RequestHandler =>
  (_request, response, next) => {
    if (isClosing()) response.shouldKeepAlive = false;
    checkClosing(isClosing());
    next();
  };
