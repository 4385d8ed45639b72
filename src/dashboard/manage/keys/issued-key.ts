import { signal } from '@preact/signals';
import type { IssuedKeyAnswer } from '../../../admin/api-types/access.ts';

/**
 * A key that was just made: shown over whatever the page shows. The first key guards the gateway at once, and what
 * the page asks for next may be refused; the key must not be lost by that.
 */
export const issuedKey = signal<IssuedKeyAnswer | undefined>(undefined);
