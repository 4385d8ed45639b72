import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { atAddress, type Caller } from '../caller.ts';
import type { Authenticate } from '../create-authenticate.ts';
import type { Peer } from '../peer-of.ts';
import type { WrongKeys } from '../slow-wrong-keys.ts';

/** Who asks, and with what. */
interface Asking {
  readonly headers: IncomingHttpHeaders;
  readonly peer: Peer;
}

/**
 * Says who is let in, at once unless a token is seen for the first time. A wrong key is refused later the more of them come.
 * @throws GatewayError missing_api_key, invalid_api_key, too_many_attempts, or rejects with one of them
 */
export type CheckKey = (asking: Asking) => ReturnType<Authenticate>;

/** The one door for the gateway's keys, over every surface. */
export const createCheckKey =
  (authenticate: Authenticate, wrongKeys: WrongKeys): CheckKey =>
  ({ headers, peer }) => {
    const letIn = (caller: Caller): Caller => {
      if (caller.kind !== 'none') wrongKeys.noteRight(peer.address);
      return atAddress(caller, peer.address);
    };
    const refuse = (error: unknown): Promise<never> => {
      if (!(error instanceof GatewayError) || error.code !== 'invalid_api_key') throw error;
      return wrongKeys.refuse(peer.address, error);
    };
    try {
      const caller = authenticate(headers);
      return caller instanceof Promise ? caller.then(letIn, refuse) : letIn(caller);
    } catch (error) {
      return refuse(error);
    }
  };
