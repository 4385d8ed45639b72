import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { isAnsweredHere } from '../../admin/create-admin.ts';
import { GatewayError } from '../../base/errors.ts';
import { createId } from '../../base/ids.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { hopByHopFields } from '../../forward/send/hop-by-hop.ts';
import { createErrorAnswer } from '../../guard/error-answer.ts';
import { peerOf } from '../../guard/peer-of.ts';
import { isSignInPath } from '../../guard/people/sign-in-path.ts';
import type { Doors } from '../compose/compose-operations.ts';
import { PEER_HEADER, SECRET_HEADER } from './inner-headers.ts';
import type { InnerAddress } from './protocol.ts';

const OWN = new Set<string>([SECRET_HEADER, PEER_HEADER, 'expect']);

/** Name, value, name, value… of those that do not end here. */
const passedHeaders = ({ rawHeaders, headers }: IncomingMessage): string[] => {
  const endsHere = hopByHopFields(headers.connection);
  const passed: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const lower = name.toLowerCase();
    if (!endsHere(lower) && !OWN.has(lower)) passed.push(name, rawHeaders[at + 1] ?? '');
  }
  return passed;
};

const refuse = (response: ServerResponse): void => {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const error = new GatewayError('internal_error', 'the process that would answer this cannot be reached.');
  const { status, headers, body } = createErrorAnswer(error, createId('adm', Date.now()));
  response.writeHead(status, headers);
  response.end(body);
};

/** Hands a request to the primary as it came, and its answer back as it comes. */
export const createPassOn = ({ path, secret }: InnerAddress) => {
  // Kept open: one that the primary closes with its answer may break while the request's end is written.
  const agent = new http.Agent({ keepAlive: true });
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { address, localPort, isSecure = false, prefix = '' } = peerOf(request);
    const isChunked = request.headers['transfer-encoding'] !== undefined;
    const outgoing = http.request({
      socketPath: path,
      method: request.method,
      path: request.url,
      agent,
      setHost: false,
      headers: [
        ...passedHeaders(request),
        ...(isChunked ? ['transfer-encoding', 'chunked'] : []),
        ...[SECRET_HEADER, secret],
        ...[PEER_HEADER, `${localPort} ${isSecure ? 'https' : 'http'} ${address} ${prefix}`],
      ],
    });
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, passedHeaders(answer));
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    outgoing.on('error', () => refuse(response));
    response.once('close', () => outgoing.destroy());
    request.pipe(outgoing);
  };
};

/** In place of the admin's own, which lives in the primary. */
export const passingDoors = (
  passOn: ReturnType<typeof createPassOn>,
  { metrics }: Pick<GatewayConfig, 'metrics'>,
  canSignIn: boolean,
): Doors => ({
  admin: {
    handle: (request, response, next) => {
      const { url = '' } = request;
      if (isAnsweredHere(url) || (canSignIn && isSignInPath(url))) passOn(request, response);
      else next();
    },
    closeStreams: () => {},
    close: async () => {},
  },
  metrics: metrics && { endpoint: metrics.endpoint, handle: passOn },
  intake: passOn,
  readyz: passOn,
});
