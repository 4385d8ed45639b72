import type { RequestHandler } from 'express';
import { GatewayError } from '../base/errors.ts';

/** Refuses what comes in on connections that were open when the gateway began to stop. */
export const refuseWhileClosing =
  (isClosing: () => boolean): RequestHandler =>
  (_request, response, next) => {
    if (isClosing()) {
      response.shouldKeepAlive = false;
      throw new GatewayError(
        'shutting_down',
        'the gateway is stopping. Start it again with `gomodel-ts serve`.',
      );
    }
    next();
  };
