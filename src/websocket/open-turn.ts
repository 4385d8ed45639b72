import type { GatewayError } from '../base/errors.ts';
import { nameCaller } from '../guard/name-caller.ts';
import type { Exchange } from '../log/exchange.ts';
import type { CreateFrame } from './client/read-client-frame.ts';
import { createGatewayErrorFrame } from './error-frame.ts';
import type { ConnectionContext } from './session.ts';
import { turnRawHeaders } from './turn-headers.ts';

const MAX_TEXT = 200;

const NO_METADATA: ReadonlyMap<string, string> = new Map();

const open = (
  { recorder, upgrade, mode }: ConnectionContext,
  metadata: ReadonlyMap<string, string>,
): Exchange => {
  const exchange = recorder.arrive({
    method: upgrade.method,
    path: upgrade.url,
    transport: 'websocket',
    rawHeaders: turnRawHeaders(upgrade.rawHeaders, metadata),
  });
  nameCaller(exchange, upgrade.caller);
  exchange.record.websocketMode = mode;
  return exchange;
};

/** Opens the exchange of one request on a connection, before anything can refuse it. */
export const openTurn = (context: ConnectionContext, frame: CreateFrame): Exchange => {
  const exchange = open(context, frame.metadata);
  const { record } = exchange;
  record.stream = true;
  record.request.wireBytes = frame.bytes.length;
  if (frame.model !== undefined) {
    record.model = frame.model.slice(0, MAX_TEXT);
    record.requestedModel = record.model;
  }
  if (frame.previousResponseId !== undefined) {
    record.previousResponseId = frame.previousResponseId.slice(0, MAX_TEXT);
  }
  return exchange;
};

/** Writes a refusal into the record, with what the client was told, and closes the exchange. */
export const closeRefused = (exchange: Exchange, error: GatewayError, told: Buffer): void => {
  const { record } = exchange;
  record.status = error.status;
  record.error = { origin: error.origin, code: error.code, message: error.message };
  record.response.finish = 'failed';
  record.response.bytes = told.length;
  exchange.appendResponseBody(told);
  exchange.close();
};

/** Records a refused message that is not a request. @returns the exchange's id */
export const openRefused = (context: ConnectionContext, bytes: Buffer | undefined): Exchange => {
  const exchange = open(context, NO_METADATA);
  if (bytes) {
    exchange.record.request = { wireBytes: bytes.length, bodyBytes: bytes.length };
    exchange.keepRequestBody(bytes, 'identity');
  }
  return exchange;
};

/** Records a refused message that is not a request, and tells the client if the connection still can. */
export const refuseConnection = (
  context: ConnectionContext,
  send: (frame: Buffer) => void,
  error: GatewayError,
): void => {
  const exchange = openRefused(context, undefined);
  const isTold = error.code === 'overloaded';
  const told = isTold ? createGatewayErrorFrame(error, exchange.id) : Buffer.alloc(0);
  if (isTold) send(told);
  closeRefused(exchange, error, told);
};
