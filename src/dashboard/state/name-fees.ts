import type { FeeLine } from '../../admin/api-types/entry.ts';
import { texts } from '../texts.ts';

/** `web searches, file searches` */
export const nameFees = (kinds: readonly FeeLine['kind'][]): string =>
  kinds.map((kind) => texts.fees[kind].toLowerCase()).join(', ');
