import { createHash, randomBytes } from 'node:crypto';

/** How a gateway names itself in `Via`, so that it knows a request that comes round (RFC 9110 §7.6.3). */
export const createVia = (): string => `1.1 gomodel-ts-${randomBytes(6).toString('hex')}`;

/** A name for the gateway that tells nobody its `Via`, by which a request could be made to look like a loop. */
export const instanceOf = (via: string): string =>
  createHash('sha256').update(via).digest('hex').slice(0, 16);
