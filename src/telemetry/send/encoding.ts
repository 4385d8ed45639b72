import type { TelemetrySignal, TelemetryTarget } from '../../config/telemetry.ts';
import { encodeFields, encodeMessage } from '../otlp/encode-message.ts';
import type { MessageType } from '../otlp/message-type.ts';
import { LOG_RECORD, METRIC, RESOURCE, SCOPE, SPAN } from '../otlp/messages.ts';

const ITEMS: Readonly<Record<TelemetrySignal, MessageType>> = {
  traces: SPAN,
  logs: LOG_RECORD,
  metrics: METRIC,
};

/** The members of OTLP's JSON around the items; in Protocol Buffers they have the same numbers for all signals. */
const MEMBERS: Readonly<Record<TelemetrySignal, readonly [resource: string, scope: string, items: string]>> =
  {
    traces: ['resourceSpans', 'scopeSpans', 'spans'],
    logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
    metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  };

/** Writes the items of a signal one by one, so that their size is known while they wait, and then puts them together. */
export interface Encoding {
  readonly contentType: string;
  /** @param item in the form of OTLP's JSON */
  encode(item: object): Buffer;
  wrap(items: readonly Buffer[]): Buffer;
}

export const createEncoding = (
  signal: TelemetrySignal,
  protocol: TelemetryTarget['protocol'],
  { resource, scope }: { readonly resource: object; readonly scope: object },
): Encoding => {
  if (protocol === 'http/json') {
    const [resources, scopes, items] = MEMBERS[signal];
    const head = `{"${resources}":[{"resource":${JSON.stringify(resource)},"${scopes}":[{"scope":${JSON.stringify(scope)},"${items}":[`;
    return {
      contentType: 'application/json',
      encode: (item) => Buffer.from(JSON.stringify(item)),
      wrap: (all) => Buffer.from(`${head}${all.join(',')}]}]}]}`),
    };
  }
  const resourceField = encodeFields(1, [encodeMessage(RESOURCE, { ...resource })]);
  const scopeField = encodeFields(1, [encodeMessage(SCOPE, { ...scope })]);
  return {
    contentType: 'application/x-protobuf',
    encode: (item) => encodeMessage(ITEMS[signal], { ...item }),
    wrap: (all) => {
      const ofScope = Buffer.concat([scopeField, encodeFields(2, all)]);
      return encodeFields(1, [Buffer.concat([resourceField, encodeFields(2, [ofScope])])]);
    },
  };
};
