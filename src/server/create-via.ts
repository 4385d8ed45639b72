import { randomBytes } from 'node:crypto';

/** How a gateway names itself in `Via`, so that it knows a request that comes round (RFC 9110 §7.6.3). */
export const createVia = (): string => `1.1 gomodel-ts-${randomBytes(6).toString('hex')}`;
