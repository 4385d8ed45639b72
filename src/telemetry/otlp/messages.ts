import { type MessageType, messageType } from './message-type.ts';

/**
 * OTLP's messages, as far as the gateway writes or reads them. A test holds each field against the official
 * definitions.
 * @see https://github.com/open-telemetry/opentelemetry-proto
 */
export const ANY_VALUE: MessageType = messageType({
  stringValue: [1, 'string'],
  boolValue: [2, 'bool'],
  intValue: [3, 'int64'],
  doubleValue: [4, 'double'],
  arrayValue: [5, () => ARRAY_VALUE],
  kvlistValue: [6, () => KEY_VALUE_LIST],
  bytesValue: [7, 'bytes'],
});
const ARRAY_VALUE = messageType({ values: [1, ANY_VALUE, 'many'] });
const KEY_VALUE = messageType({ key: [1, 'string'], value: [2, ANY_VALUE] });
const KEY_VALUE_LIST = messageType({ values: [1, KEY_VALUE, 'many'] });

export const RESOURCE = messageType({ attributes: [1, KEY_VALUE, 'many'] });
export const SCOPE = messageType({
  name: [1, 'string'],
  version: [2, 'string'],
  attributes: [3, KEY_VALUE, 'many'],
});

const SPAN_EVENT = messageType({
  timeUnixNano: [1, 'fixed64'],
  name: [2, 'string'],
  attributes: [3, KEY_VALUE, 'many'],
});
const STATUS = messageType({ message: [2, 'string'], code: [3, 'enum'] });
export const SPAN = messageType({
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  traceState: [3, 'string'],
  parentSpanId: [4, 'hex'],
  flags: [16, 'fixed32'],
  name: [5, 'string'],
  kind: [6, 'enum'],
  startTimeUnixNano: [7, 'fixed64'],
  endTimeUnixNano: [8, 'fixed64'],
  attributes: [9, KEY_VALUE, 'many'],
  events: [11, SPAN_EVENT, 'many'],
  status: [15, STATUS],
});
const SCOPE_SPANS = messageType({ scope: [1, SCOPE], spans: [2, SPAN, 'many'] });
const RESOURCE_SPANS = messageType({ resource: [1, RESOURCE], scopeSpans: [2, SCOPE_SPANS, 'many'] });
export const TRACES = messageType({ resourceSpans: [1, RESOURCE_SPANS, 'many'] });

export const LOG_RECORD = messageType({
  timeUnixNano: [1, 'fixed64'],
  observedTimeUnixNano: [11, 'fixed64'],
  severityNumber: [2, 'enum'],
  severityText: [3, 'string'],
  body: [5, ANY_VALUE],
  attributes: [6, KEY_VALUE, 'many'],
  flags: [8, 'fixed32'],
  traceId: [9, 'hex'],
  spanId: [10, 'hex'],
  eventName: [12, 'string'],
});
const SCOPE_LOGS = messageType({ scope: [1, SCOPE], logRecords: [2, LOG_RECORD, 'many'] });
const RESOURCE_LOGS = messageType({ resource: [1, RESOURCE], scopeLogs: [2, SCOPE_LOGS, 'many'] });
export const LOGS = messageType({ resourceLogs: [1, RESOURCE_LOGS, 'many'] });

const NUMBER_POINT = messageType({
  attributes: [7, KEY_VALUE, 'many'],
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  asDouble: [4, 'double'],
  asInt: [6, 'sfixed64'],
});
const HISTOGRAM_POINT = messageType({
  attributes: [9, KEY_VALUE, 'many'],
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  bucketCounts: [6, 'fixed64', 'many'],
  explicitBounds: [7, 'double', 'many'],
});
const GAUGE = messageType({ dataPoints: [1, NUMBER_POINT, 'many'] });
const SUM = messageType({
  dataPoints: [1, NUMBER_POINT, 'many'],
  aggregationTemporality: [2, 'enum'],
  isMonotonic: [3, 'bool'],
});
const HISTOGRAM = messageType({
  dataPoints: [1, HISTOGRAM_POINT, 'many'],
  aggregationTemporality: [2, 'enum'],
});
export const METRIC = messageType({
  name: [1, 'string'],
  description: [2, 'string'],
  unit: [3, 'string'],
  gauge: [5, GAUGE],
  sum: [7, SUM],
  histogram: [9, HISTOGRAM],
});
const SCOPE_METRICS = messageType({ scope: [1, SCOPE], metrics: [2, METRIC, 'many'] });
const RESOURCE_METRICS = messageType({ resource: [1, RESOURCE], scopeMetrics: [2, SCOPE_METRICS, 'many'] });
export const METRICS = messageType({ resourceMetrics: [1, RESOURCE_METRICS, 'many'] });

/** What a receiver answers to each of them; what was rejected has another name in each in JSON. */
const PARTIAL_SUCCESS = messageType({ rejected: [1, 'int64'], errorMessage: [2, 'string'] });
export const EXPORT_ANSWER = messageType({ partialSuccess: [1, PARTIAL_SUCCESS] });
