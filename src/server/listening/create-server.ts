import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { toGatewayError } from '../../base/to-gateway-error.ts';
import { endConnection, isEndingConnection } from '../../guard/checks/last-on-connection.ts';
import { refuseOnSocket } from '../../guard/refuse-on-socket.ts';
import type { SeeThroughProxies } from '../../guard/see-through-proxies.ts';
import type { AcceptFirst } from '../../http/accept-first.ts';
import type { Recorder } from '../../log/capture/recorder.ts';
import type { UpgradeServer } from '../../websocket/serve-upgrades.ts';
import type { KeptTls } from '../tls/keep-tls.ts';
import type { TlsPair } from '../tls/load-tls-pair.ts';
import { toOriginForm } from './addresses.ts';
import { answerMalformed, isAnswering } from './answer-malformed.ts';
import { createConnectionBound } from './bound-connections.ts';
import { createMessageClasses } from './message-classes.ts';

/** Longer than clients keep idle connections, so that it is they who close them. */
const KEEP_ALIVE_MS = 120_000;
/** How often we look for clients that have stopped in the head of a request. */
const HEAD_CHECK_MS = 2_000;
/** Codex sends its turn's metadata in a header: Node's 16 KB could be too few. */
export const MAX_HEADER_BYTES = 64 * 2 ** 10;

export interface ServerDeps {
  readonly app: Express;
  readonly upgrades: Pick<UpgradeServer, 'handle'>;
  readonly recorder: Recorder;
  /** For a client to send the head of a request. */
  readonly headTimeoutMs: number;
  readonly maxConnections: number;
  readonly arrivals: Pick<AcceptFirst, 'watch'>;
  /** Absent where no proxy is trusted. */
  readonly seeThroughProxies: SeeThroughProxies | undefined;
  /** Absent: plain HTTP. */
  readonly tls: Pick<KeptTls, 'pair' | 'follow'> | undefined;
}

/** @returns makes servers that all answer alike, none of which listens yet */
export const createServers = (deps: ServerDeps): (() => Server) => {
  const { app, upgrades, recorder, headTimeoutMs, tls, seeThroughProxies } = deps;
  const messageClasses = createMessageClasses(app);
  const connections = createConnectionBound(deps.maxConnections);
  /** @returns false where the request came on a connection too many, and was refused */
  const isWithinBound = (request: IncomingMessage): boolean => {
    try {
      connections.check(request);
      return true;
    } catch (error) {
      const { method = '', url: path = '', rawHeaders } = request;
      const transport = request.headers.upgrade === undefined ? 'http' : 'websocket';
      refuseOnSocket(
        recorder,
        request.socket,
        { method, path, transport, rawHeaders },
        toGatewayError(error),
      );
      return false;
    }
  };
  const normalize = (request: IncomingMessage): void => {
    if (!request.url?.startsWith('/')) request.url = toOriginForm(request.url ?? '');
  };
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    if (isEndingConnection(request.socket) || !isWithinBound(request)) return;
    normalize(request);
    seeThroughProxies?.(request);
    // Node's parser loses what a client sends at once behind a request whose upgrade is passed over.
    if (request.headers.upgrade !== undefined) {
      response.shouldKeepAlive = false;
      endConnection(request.socket);
    }
    app(request, response);
  };
  /** What switches protocols takes the connection: an answer that is still on its way there would be cut off. */
  const passOver = (socket: Duplex): boolean => {
    if (!isEndingConnection(socket) && !isAnswering(socket)) return false;
    socket.on('error', () => socket.destroy());
    if (!isEndingConnection(socket)) socket.destroy();
    return true;
  };
  const createSecure = (options: http.ServerOptions, { cert, key }: TlsPair): Server =>
    https.createServer({ ...options, cert, key, minVersion: 'TLSv1.2', handshakeTimeout: headTimeoutMs });
  return () => {
    const options = {
      ...messageClasses,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node would answer by itself, without a record.
      requireHostHeader: false,
      // A long upload is no fault; a client that falls silent is found by the body's own timer.
      requestTimeout: 0,
      // Its default is the least of a minute and the above, which would be none at all.
      headersTimeout: headTimeoutMs,
      connectionsCheckingInterval: Math.min(headTimeoutMs, HEAD_CHECK_MS),
    };
    const server: Server = tls ? createSecure(options, tls.pair()) : http.createServer(options);
    tls?.follow(server);
    // Node would drop what comes after the 2000th line and say nothing; their bytes are bounded as it is.
    server.maxHeadersCount = 0;
    // http-proxy-middleware listens once for each upstream, and each reload brings new ones.
    server.setMaxListeners(0);
    connections.watch(server);
    deps.arrivals.watch(server);
    server.on('request', serve);
    // What is expected beside `100-continue` is passed over: Node's own refusal would leave no record.
    server.on('checkExpectation', serve);
    server.on('upgrade', (request, socket, head) => {
      if (passOver(socket) || !isWithinBound(request)) return;
      normalize(request);
      seeThroughProxies?.(request);
      upgrades.handle(request, socket, head);
    });
    answerMalformed(server, recorder);
    return server;
  };
};
