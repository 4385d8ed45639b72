import type { StoredBody } from './record.ts';

export type BodySide = 'request' | 'response';

/** Where a close line says that a body lies: a slice of a decoded block of a pack. */
export interface BodyReference {
  /** Absent where nothing of the body was kept: too much at once, or the disk was full. */
  readonly block?: { readonly pack: string; readonly offset: number; readonly length: number };
  readonly start: number;
  readonly length: number;
  readonly coding: StoredBody['coding'];
  readonly cutOff: boolean;
}

export type BodyReferences = { readonly [side in BodySide]?: BodyReference };

/** What is said of a body of which nothing was kept. */
export const lostBody: BodyReference = { start: 0, length: 0, coding: 'identity', cutOff: true };
