import type { Recorder } from '../../../src/log/capture/recorder.ts';
import type { Exchange } from '../../../src/log/exchange.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';

export interface ExchangeSample {
  readonly path?: string;
  readonly rawHeaders?: readonly string[];
  readonly requestBody?: Buffer | string;
  readonly responseBody?: Buffer | string;
  readonly record?: Partial<ExchangeRecord>;
}

export const openExchange = (recorder: Recorder, sample: ExchangeSample = {}): Exchange => {
  const exchange = recorder.open({
    method: 'POST',
    path: sample.path ?? '/v1/responses',
    transport: 'http',
    rawHeaders: sample.rawHeaders ?? [],
  });
  if (sample.requestBody) exchange.keepRequestBody(Buffer.from(sample.requestBody), 'identity');
  exchange.commit();
  return exchange;
};

export const closeExchange = (exchange: Exchange, sample: ExchangeSample = {}): void => {
  exchange.keepResponseHeaders(['Content-Type', 'text/event-stream']);
  if (sample.responseBody) exchange.appendResponseBody(Buffer.from(sample.responseBody));
  Object.assign(exchange.record, { status: 200 }, sample.record);
  exchange.close();
};

/** A whole exchange, as the proxy makes it known. */
export const recordExchange = (recorder: Recorder, sample: ExchangeSample = {}): Exchange => {
  const exchange = openExchange(recorder, sample);
  closeExchange(exchange, sample);
  return exchange;
};
