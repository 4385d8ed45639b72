import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Recorder } from '../audit/recorder.ts';
import { GatewayError } from '../base/errors.ts';
import { refuseOnSocket } from '../guard/refuse-on-socket.ts';

const toError = (code: string): GatewayError => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new GatewayError(
        'invalid_request',
        'the request has more header bytes than this server reads.',
        {
          status: 431,
        },
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new GatewayError(
        'request_timeout',
        'the client stopped sending before its headers were complete.',
      );
    default:
      return new GatewayError('invalid_request', `the request is not well-formed HTTP (${code}).`);
  }
};

/** What never became a request is answered in the gateway's own form, and has a record. */
export const answerMalformed = (server: Server, recorder: Recorder): void => {
  server.on(
    'clientError',
    (failure: Error & { code?: string }, socket: Socket & { _httpMessage?: unknown }) => {
      const code = failure.code ?? failure.message;
      // Nobody is there to be answered, or an answer is on its way already.
      if (code === 'ECONNRESET' || !socket.writable || socket._httpMessage) {
        socket.destroy();
        return;
      }
      refuseOnSocket(
        recorder,
        socket,
        { method: '', path: '', transport: 'http', rawHeaders: [] },
        toError(code),
      );
    },
  );
};
