import type { JsonObject } from '../../base/json-object.ts';
import type { Origin } from '../sourced.ts';

/** A budget or a limit as it was given, before the room that enforces it has read it. */
export interface Definition {
  /** Where it stands, in words. */
  readonly origin: Origin;
  readonly source: 'environment' | 'file';
  readonly fields: JsonObject;
}
