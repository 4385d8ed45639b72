import type { RequestHandler } from 'express';
import { type Capacity, checkCapacity } from '../guard/check-capacity.ts';
import type { Recorder } from '../log/capture/recorder.ts';

/** Refuses at once what goes beyond the number of open exchanges. */
export const refuseOverload =
  ({ active }: Pick<Recorder, 'active'>, capacity: Capacity): RequestHandler =>
  (_request, _response, next) => {
    checkCapacity(active.size, capacity);
    next();
  };
