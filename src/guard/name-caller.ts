import type { Exchange } from '../log/exchange.ts';
import { type Caller, noteCaller } from './caller.ts';

/** Says in an exchange's record who asks, and then lets it look at the head of the request. */
export const nameCaller = (exchange: Exchange, caller: Caller): void => {
  // First, so that whoever watches the log, and may see only some of it, is told whose this is.
  noteCaller(exchange.record, caller);
  exchange.letIn();
};
