import type { ExchangeRecord } from './record.ts';

/**
 * What the log says of an exchange whose gateway did not live to see its end.
 * @param lastSeenMs when the gateway was last known to live
 */
export const markInterrupted = (record: ExchangeRecord, lastSeenMs: number): void => {
  record.response.finish = 'interrupted';
  record.durationMs ??= Math.max(0, Math.round(lastSeenMs - Date.parse(record.startedAt)));
  record.error ??= {
    origin: 'gateway',
    code: 'interrupted',
    message: 'the gateway was stopped or killed before this exchange ended',
  };
};
