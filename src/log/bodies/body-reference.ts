import { isObject } from '../../base/json-object.ts';
import type { StoredBody } from '../record.ts';

export type BodySide = 'request' | 'response';

/** The earlier body of the same pack that a body is told from. */
export interface BodyBase {
  /** Of the block that holds it. */
  readonly offset: number;
  readonly length: number;
  /** The exchange whose request it is. */
  readonly id: string;
  /** So many bytes of its start, and of its end, are this body's too. */
  readonly prefix: number;
  readonly suffix: number;
}

/** Where a close line says that a body lies: a slice of a decoded block of a pack. */
export interface BodyReference {
  /** Absent where nothing of the body was kept: too much at once, or the disk was full. */
  readonly block?: { readonly pack: string; readonly offset: number; readonly length: number };
  readonly start: number;
  readonly length: number;
  readonly coding: StoredBody['coding'];
  readonly cutOff: boolean;
  /** Where it is there, the slice is what lies between the shared start and the shared end. */
  readonly base?: BodyBase;
}

export type BodyReferences = { readonly [side in BodySide]?: BodyReference };

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** @returns undefined if the value is not a base */
export const parseBodyBase = (value: unknown): BodyBase | undefined => {
  if (!isObject(value) || typeof value.id !== 'string') return undefined;
  const { id } = value;
  const [offset, length, prefix, suffix] = ['offset', 'length', 'prefix', 'suffix'].map(
    (name) => value[name],
  );
  if (!isCount(offset) || !isCount(length) || !isCount(prefix) || !isCount(suffix)) return undefined;
  return { offset, length, id, prefix, suffix };
};

/** What is said of a body of which nothing was kept. */
export const lostBody: BodyReference = { start: 0, length: 0, coding: 'identity', cutOff: true };
