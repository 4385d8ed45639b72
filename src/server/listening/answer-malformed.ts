import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Request, Response } from 'express';
import { GatewayError } from '../../base/errors.ts';
import { methodNotServed } from '../../guard/checks/check-method.ts';
import { isEndingConnection } from '../../guard/checks/last-on-connection.ts';
import { refuseOnSocket } from '../../guard/refuse-on-socket.ts';
import { refuse } from '../../http/failure.ts';
import type { Recorder } from '../../log/capture/recorder.ts';

/** What Node tells of bytes that it could not read as a request. */
interface ParseFailure extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
  /** Where in the packet it gave up. */
  readonly bytesParsed?: number;
}

/** The request line of a request that is well-formed but for its method, which Node's parser does not know. */
const unknownMethodOf = ({
  code,
  rawPacket,
  bytesParsed = 0,
}: ParseFailure): { method: string; path: string } | undefined => {
  if (code !== 'HPE_INVALID_METHOD' || !rawPacket) return undefined;
  const start = rawPacket.lastIndexOf('\n', bytesParsed) + 1;
  const [, method, path] =
    /^([!#$%&'*+.^_`|~\w-]+) (\S+) HTTP\/1\.[01]/.exec(rawPacket.toString('latin1', start)) ?? [];
  return method !== undefined && path !== undefined ? { method, path } : undefined;
};

/** How a TLS handshake begins: a record of type 22, of some version 3. @see RFC 8446 §5.1 */
const isTls = (packet: Buffer | undefined): boolean => packet?.[0] === 22 && packet[1] === 3;

const toError = (code: string, packet?: Buffer): GatewayError => {
  if (isTls(packet)) {
    return new GatewayError(
      'invalid_request',
      'the client speaks https to this port, which speaks http: let its base URL begin with http://, or set TLS_CERT and TLS_KEY.',
    );
  }
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new GatewayError('invalid_request', "the request's headers are larger than this server reads.", {
        status: 431,
      });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new GatewayError(
        'request_timeout',
        'the client stopped sending before its headers were complete.',
      );
    default:
      return new GatewayError('invalid_request', `the request is not well-formed HTTP (${code}).`);
  }
};

/** The answer to a request whose head was well-formed and whose body is not. */
const answerToBody = (
  message: unknown,
  code: string,
): { request: Request; response: Response } | undefined => {
  // A client whose connection ends or breaks in its body has left.
  const isMalformed = code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE';
  if (!(message instanceof ServerResponse) || !isMalformed) return undefined;
  const { req: request } = message;
  if (message.headersSent || request.complete || !('context' in request)) return undefined;
  return { request: request as Request, response: message as Response };
};

/** With what Node keeps there of the request that is being read, and of the answer that is being written. */
type ServerSocket = Socket & {
  readonly _httpMessage?: unknown;
  readonly parser?: { readonly incoming?: IncomingMessage | null } | null;
};

/** Whether an answer is being written to a connection. */
export const isAnswering = (socket: ServerSocket | Duplex): boolean =>
  '_httpMessage' in socket && Boolean(socket._httpMessage);

/** What never became a request is answered in the gateway's own form, and has a record. */
export const answerMalformed = (server: Server, recorder: Recorder): void => {
  server.on('clientError', (failure: ParseFailure, socket: ServerSocket) => {
    const code = failure.code ?? failure.message;
    // Without a handshake there is no way to answer, and nothing was asked.
    if ('encrypted' in socket && !socket.parser) {
      socket.destroy();
      return;
    }
    const answer = answerToBody(socket._httpMessage, code);
    if (answer) {
      answer.response.shouldKeepAlive = false;
      refuse(answer.request, answer.response, toError(code), 'unreadable');
      return;
    }
    // The rest of a body that was refused before its end never came.
    const isLeftBody = code === 'HPE_INVALID_EOF_STATE' && socket.parser?.incoming?.complete === false;
    // Nobody is there to be answered, an answer is on its way already, or nothing was asked: browsers open
    // connections that they then have no use for.
    const isNobody = code === 'ECONNRESET' || isLeftBody || !socket.writable;
    if (isNobody || isAnswering(socket) || socket.bytesRead === 0) {
      socket.destroy();
      return;
    }
    const asked = unknownMethodOf(failure);
    refuseOnSocket(
      recorder,
      socket,
      { method: '', path: '', ...asked, transport: 'http', rawHeaders: [] },
      asked ? methodNotServed(asked.method) : toError(code, failure.rawPacket),
    );
  });
  server.on('connect', ({ method = '', url = '', rawHeaders }: IncomingMessage, socket: Socket) => {
    if (isEndingConnection(socket) || isAnswering(socket)) {
      socket.destroy();
      return;
    }
    refuseOnSocket(
      recorder,
      socket,
      { method, path: url, transport: 'http', rawHeaders },
      methodNotServed(method, 'The gateway opens no tunnels: use it as the base URL, with /v1.'),
    );
  });
};
