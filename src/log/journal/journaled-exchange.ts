import type { ListPlace } from '../../base/linked-list.ts';
import type { BodyReferences } from '../bodies/body-reference.ts';
import type { ExchangeRecord } from '../record.ts';
import { encodeCloseLine, encodeOpenLine } from './encode-journal-line.ts';

/** What a line is made of. It is read when the line is written: no work on the way of the request. */
export interface JournaledExchange {
  readonly record: ExchangeRecord;
  /** Redacted, as JSON. */
  readonly requestHeaders: string;
  readonly responseHeaders: string;
  readonly bodies: BodyReferences;
  /** Takes secrets out of the record of one that still runs, since an upstream may have filled more of it. */
  redact?(): void;
}

/** One that `WriteBehind` knows, from its open line to its close line. */
export interface QueuedExchange extends JournaledExchange {
  /** Among those that wait for their open line or, after it, for their close line. */
  place?: ListPlace<QueuedExchange> | undefined;
  /** True once its open line is in the file. */
  isOpened?: boolean;
  /** True where its client was refused before the gate knew who it was. */
  readonly isTurnedAway?: boolean;
}

/** @param isAgain true where a segment repeats what an earlier one holds */
export const encodeOpenLines = (
  at: number,
  exchanges: Iterable<JournaledExchange>,
  isAgain: boolean,
): readonly string[] =>
  Array.from(exchanges, (exchange) => {
    exchange.redact?.();
    return encodeOpenLine(at, exchange.record, exchange.requestHeaders, isAgain);
  });

export const encodeCloseLines = (at: number, exchanges: readonly JournaledExchange[]): readonly string[] =>
  exchanges.map(({ record, requestHeaders, responseHeaders, bodies }) =>
    encodeCloseLine(at, record, requestHeaders, responseHeaders, bodies),
  );
