import type { TraceSampling } from '../../config/telemetry.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import { tracePlaceOf } from './trace-ids.ts';

/** Compared with the share that is wanted: the last seven bytes of a trace's id are random. */
const RANDOM_DIGITS = 14;
const RANDOM_SPAN = 16 ** RANDOM_DIGITS;

/** Whether the spans of an exchange are sent. By the trace's id, so that all who see a trace decide alike. */
export const isSampled = (
  { followsParent, ratio }: TraceSampling,
  record: Pick<ExchangeRecord, 'id' | 'trace'>,
): boolean => {
  if (followsParent && record.trace) return record.trace.sampled;
  if (ratio >= 1) return true;
  const random = Number.parseInt(tracePlaceOf(record).traceId.slice(-RANDOM_DIGITS), 16);
  return random >= (1 - ratio) * RANDOM_SPAN;
};
