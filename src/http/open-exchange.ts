import type { RequestHandler } from 'express';
import type { Clock } from '../base/time/clock.ts';
import { createStopwatch } from '../base/time/stopwatch.ts';
import { NOBODY } from '../guard/caller.ts';
import type { Recorder } from '../log/capture/recorder.ts';
import { endWithConnection } from './end-with-connection.ts';
// Gives Express's requests their `context`.
import type {} from './request-context.ts';

export interface OpenExchangeDeps {
  readonly recorder: Recorder;
  readonly clock: Clock;
}

/**
 * Opens the exchange before anything can refuse the request, and closes it when the response has ended,
 * whatever way it ended. Who asks is read from the head once the gate has let the request in.
 */
export const openExchange =
  ({ recorder, clock }: OpenExchangeDeps): RequestHandler =>
  (request, response, next) => {
    const exchange = recorder.arrive({
      method: request.method,
      path: request.originalUrl,
      transport: 'http',
      rawHeaders: request.rawHeaders,
    });
    const stopwatch = createStopwatch(clock);
    // All members at once: an object that gains them one by one is several kinds of object to the engine.
    request.context = {
      exchange,
      stopwatch,
      caller: NOBODY,
      upstreamPath: '',
      native: undefined,
      codings: [],
      body: { kind: 'none' },
      room: undefined,
      members: undefined,
      form: undefined,
      model: undefined,
      holder: undefined,
    };
    response.once('close', () => {
      // A client that leaves is an outcome, not an error. Without an outcome of the answer's, it has left.
      exchange.record.response.finish ??= 'aborted';
      exchange.close();
      // A connection that is kept open keeps its last request: not its body as well.
      request.context.body = { kind: 'none' };
      request.context.room?.release();
    });
    endWithConnection(request, response);
    stopwatch.start();
    next();
  };
