import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';
import type { TelemetrySignal } from '../../config/telemetry.ts';
import { decodeMessage, MalformedMessage } from '../otlp/decode-message.ts';
import type { MessageType } from '../otlp/message-type.ts';
import { LOGS, METRICS, TRACES } from '../otlp/messages.ts';

const TYPES: Readonly<Record<TelemetrySignal, MessageType>> = {
  traces: TRACES,
  logs: LOGS,
  metrics: METRICS,
};
const LISTS: Readonly<Record<TelemetrySignal, string>> = {
  traces: 'resourceSpans',
  logs: 'resourceLogs',
  metrics: 'resourceMetrics',
};

const JSON_TYPE = 'application/json';
const PROTOBUF_TYPE = 'application/x-protobuf';

/** @throws GatewayError invalid_request */
export const requireContentType = (header: string | undefined): string => {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === JSON_TYPE || type === PROTOBUF_TYPE) return type;
  throw new GatewayError('invalid_request', `telemetry is sent as ${PROTOBUF_TYPE} or ${JSON_TYPE}.`, {
    param: 'content-type',
  });
};

const decode = (type: MessageType, body: Buffer): JsonObject => {
  try {
    return decodeMessage(type, body);
  } catch (cause) {
    if (!(cause instanceof MalformedMessage)) throw cause;
    throw new GatewayError('invalid_request', `the body is not OTLP: ${cause.message}.`, { cause });
  }
};

/**
 * A request of OTLP as an object of its JSON form.
 * @param type as `requireContentType` gives it
 * @throws GatewayError invalid_request, invalid_json
 */
export const readExport = (signal: TelemetrySignal, type: string, body: Buffer): JsonObject => {
  if (type === PROTOBUF_TYPE) return decode(TYPES[signal], body);
  const message = parseJson(body.toString());
  if (!isObject(message)) throw new GatewayError('invalid_json', 'the body is not a JSON object.');
  const list = message[LISTS[signal]];
  if (list === undefined || Array.isArray(list)) return message;
  throw new GatewayError('invalid_request', `the body is not OTLP: ${LISTS[signal]} is not a list.`);
};

/** What is answered: nothing was rejected. */
export const emptyAnswer = (type: string): Buffer => Buffer.from(type === JSON_TYPE ? '{}' : '');
