import { GatewayError } from '../../base/errors.ts';

/** Most running answers have a while to go; who comes again a little later finds room. */
const RETRY_AFTER_SECONDS = 2;

/** How much is served at once. */
export interface Capacity {
  readonly most: number;
  /** In the words that follow "as many as". */
  readonly allowedBy: string;
}

export const capacityOf = (maxOpen: number): Capacity => ({
  most: maxOpen,
  allowedBy: 'MAX_OPEN_EXCHANGES allows',
});

/** @param share of one of several workers; it changes */
export const capacityOfShare = (share: Pick<Capacity, 'most'>): Capacity => ({
  get most() {
    return share.most;
  },
  allowedBy: 'MAX_OPEN_EXCHANGES leaves to this worker',
});

/**
 * Refuses what would be too much at once, so that what runs goes on.
 * @param open exchanges that are not over, this one among them
 * @throws GatewayError overloaded
 */
export const checkCapacity = (open: number, { most, allowedBy }: Capacity): void => {
  if (open <= most) return;
  throw new GatewayError(
    'overloaded',
    `${most} requests are being served already, as many as ${allowedBy}. Try again in a moment.`,
    { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
  );
};
