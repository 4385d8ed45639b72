import { createHmac, timingSafeEqual } from 'node:crypto';
import { isObject, parseJson } from '../base/json-object.ts';

/** Of requests that the gateway sends to itself. Never forwarded, and redacted in the log by its name. */
export const TICKET_HEADER = 'x-gomodel-ticket-token';

/** On whose behalf the gateway sends a request to itself, and why. */
interface Ticket {
  /** Of the managed key whose owner clicked; absent for the master key, and where none is needed. */
  readonly keyId: string | undefined;
  /** The exchange that is sent again. */
  readonly sentAgainOf: string;
}

/** Lets the page's own requests to models in as whoever clicked: their key is not kept, only its hash. */
export interface Tickets {
  /** @returns the value of `TICKET_HEADER`, which counts for half a minute */
  issue(ticket: Ticket): string;
  /** @returns undefined for what this gateway did not issue, or issued too long ago */
  read(text: string): Ticket | undefined;
}

const LASTS_MS = 30_000;
/** What is longer was not issued here. */
const MAX_LENGTH = 1_000;

/**
 * @param secret of one run, known to all processes of the gateway and never written
 * @param now milliseconds since the epoch
 */
export const createTickets = (secret: Buffer, now: () => number): Tickets => {
  const sign = (text: string): Buffer => createHmac('sha256', secret).update(text).digest();
  return {
    issue: (ticket) => {
      const text = Buffer.from(JSON.stringify({ ...ticket, endsAtMs: now() + LASTS_MS })).toString(
        'base64url',
      );
      return `${text}.${sign(text).toString('base64url')}`;
    },
    read: (given) => {
      if (given.length > MAX_LENGTH) return undefined;
      const [text = '', signature = ''] = given.split('.', 2);
      const [expected, shown] = [sign(text), Buffer.from(signature, 'base64url')];
      if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) return undefined;
      const told = parseJson(Buffer.from(text, 'base64url').toString());
      if (!isObject(told) || typeof told.endsAtMs !== 'number' || told.endsAtMs < now()) return undefined;
      const { keyId, sentAgainOf } = told;
      if (typeof sentAgainOf !== 'string') return undefined;
      return { keyId: typeof keyId === 'string' ? keyId : undefined, sentAgainOf };
    },
  };
};
