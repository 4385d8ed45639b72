import { GatewayError } from '../base/errors.ts';

/** Most running answers have a while to go; who comes again a little later finds room. */
const RETRY_AFTER_SECONDS = 2;

/**
 * Refuses what would be too much at once, so that what runs goes on.
 * @param open exchanges that are not over, this one among them
 * @throws GatewayError overloaded
 */
export const checkCapacity = (open: number, limit: number): void => {
  if (open <= limit) return;
  throw new GatewayError(
    'overloaded',
    `${limit} requests are being served already, as many as MAX_OPEN_EXCHANGES allows. Try again in a moment.`,
    { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
  );
};
