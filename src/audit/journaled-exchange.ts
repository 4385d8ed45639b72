import type { BodyReferences } from './body-reference.ts';
import type { ExchangeRecord } from './record.ts';

/** What a line is made of. It is read when the line is written: no work on the way of the request. */
export interface JournaledExchange {
  readonly record: ExchangeRecord;
  /** Redacted, as JSON. */
  readonly requestHeaders: string;
  readonly responseHeaders: string;
  readonly bodies: BodyReferences;
}
