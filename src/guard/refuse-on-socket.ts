import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GatewayError } from '../base/errors.ts';
import type { Recorder } from '../log/capture/recorder.ts';
import type { ExchangeOpening } from '../log/exchange.ts';
import type { Caller } from './caller.ts';
import { endConnection } from './checks/last-on-connection.ts';
import { createErrorAnswer } from './error-answer.ts';
import { nameCaller } from './name-caller.ts';
import { audienceOf } from './speaks-as.ts';

/**
 * Refuses what has no response object: a request that is not HTTP, or an upgrade. A proper HTTP answer,
 * the connection's end, and a record, as for every refusal.
 * @param caller absent where the record names nobody
 */
export const refuseOnSocket = (
  recorder: Recorder,
  socket: Duplex,
  opening: ExchangeOpening,
  error: GatewayError,
  caller?: Caller,
): void => {
  const exchange = recorder.arrive(opening);
  if (caller !== undefined) nameCaller(exchange, caller);
  const { status, headers, body } = createErrorAnswer(
    error,
    exchange.id,
    audienceOf(opening.method, opening.path, {}),
  );
  const { record } = exchange;
  record.status = status;
  if (error.type === 'authentication_error') record.auth = 'rejected';
  record.response = { finish: 'failed', bytes: Buffer.byteLength(body) };
  record.error = { origin: error.origin, code: error.code, message: error.message };
  exchange.close();
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.on('error', () => socket.destroy());
  endConnection(socket);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
};
