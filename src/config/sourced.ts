import type { Source } from './sources.ts';

/** Where a value came from, in words: `--port`, `PORT`, `PORT in .env`, `gomodel.yaml:3`, `default`. */
export type Origin = string;

export interface Sourced<Value> {
  readonly value: Value;
  readonly origin: Origin;
  readonly source: Source;
}
