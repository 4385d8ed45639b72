import { createHash } from 'node:crypto';
import type { ExchangeRecord } from '../../log/record.ts';

/** Where an exchange lies in a trace: its client's, or one of its own. */
export interface TracePlace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16, of the span that stands for the exchange. */
  readonly spanId: string;
  /** Absent at the root. */
  readonly parentId: string | undefined;
}

const hash = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);

/** The id of a span below the one that stands for an exchange. @param part tells it from the others */
export const spanIdOf = (exchangeId: string, part: string): string => hash(`${exchangeId} ${part}`, 16);

/** Made of the exchange's id, so that whoever has the record finds its trace. */
export const tracePlaceOf = ({ id, trace }: Pick<ExchangeRecord, 'id' | 'trace'>): TracePlace => ({
  traceId: trace?.traceId ?? hash(id, 32),
  spanId: spanIdOf(id, 'server'),
  parentId: trace?.parentId,
});
