import type { Exchange } from '../log/exchange.ts';
import { authOf, type Caller } from './caller.ts';

/** Says in an exchange's record who asks: the first moment at which the head of the request is looked at. */
export const nameCaller = (exchange: Exchange, caller: Caller): void => {
  exchange.letIn();
  exchange.record.auth = authOf(caller);
};
