import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { GatewayError } from '../../base/errors.ts';

/**
 * Connections beside those that may be served at once: clients keep some open for their next request, and so
 * many may be waiting for their heads.
 */
const SPARE_CONNECTIONS = 256;

/** Exchanges over HTTP and WebSocket connections have a limit of `MAX_OPEN_EXCHANGES` each. */
export const maxConnectionsFor = (maxOpenExchanges: number): number =>
  2 * maxOpenExchanges + SPARE_CONNECTIONS;

/** The open connections of one process, on all addresses that it listens on. */
export interface ConnectionBound {
  /** Counts the connections of a server. To be called before other listeners are added. */
  watch(server: Server): void;
  /** @throws GatewayError overloaded where the request came on a connection beyond the bound */
  check(request: IncomingMessage): void;
}

const endOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress}`;

const tooMany = (most: number): GatewayError =>
  new GatewayError(
    'overloaded',
    `${most} connections are open already, as many as MAX_OPEN_EXCHANGES allows. Try again in a moment.`,
    { headers: { 'retry-after': '2' } },
  );

/**
 * Bounds the open connections: beyond the bound, the one that has been idle for longest is closed for each new
 * one, first among those that never sent a whole head. So held connections keep nobody out. Where none is idle,
 * the new one is let in and its first request refused, in words.
 */
export const createConnectionBound = (most: number): ConnectionBound => {
  /** Without a request in progress, the longest idle first. */
  const silent = new Set<Socket>();
  const kept = new Set<Socket>();
  const beyond = new WeakSet<Socket>();
  const running = new WeakMap<Socket, number>();
  /** Of connections whose TLS handshake is under way, by the client's end. */
  const shaking = new Map<string, Socket>();
  /** What requests come on over TLS is another object than what was counted. */
  const beneath = new WeakMap<Socket, Socket>();
  const counted = (socket: Socket): Socket => beneath.get(socket) ?? socket;
  let open = 0;

  const closeIdle = (): boolean => {
    const [oldest] = silent.size > 0 ? silent : kept;
    if (!oldest) return false;
    forget(oldest);
    oldest.destroy();
    return true;
  };
  const forget = (socket: Socket): void => {
    if (running.delete(socket)) open--;
    silent.delete(socket);
    kept.delete(socket);
  };
  const begin = (upper: Socket): void => {
    const socket = counted(upper);
    silent.delete(socket);
    kept.delete(socket);
    running.set(socket, (running.get(socket) ?? 0) + 1);
  };
  const end = (upper: Socket): void => {
    const socket = counted(upper);
    const left = (running.get(socket) ?? 0) - 1;
    if (left < 0) return;
    running.set(socket, left);
    if (left === 0) kept.add(socket);
  };

  return {
    watch: (server) => {
      const isSecure = server instanceof SecureServer;
      server.on('connection', (socket: Socket) => {
        if (open >= most && !closeIdle()) beyond.add(socket);
        open++;
        running.set(socket, 0);
        silent.add(socket);
        const client = endOf(socket);
        if (isSecure) shaking.set(client, socket);
        socket.once('close', () => {
          forget(socket);
          if (shaking.get(client) === socket) shaking.delete(client);
        });
      });
      server.on('secureConnection', (socket: TLSSocket) => {
        const lower = shaking.get(endOf(socket));
        if (lower && shaking.delete(endOf(socket))) beneath.set(socket, lower);
      });
      const onRequest = ({ socket }: IncomingMessage, response: ServerResponse): void => {
        begin(socket);
        response.once('close', () => end(socket));
      };
      server.on('request', onRequest).on('checkExpectation', onRequest);
      // An upgraded connection is bounded by those who serve it.
      for (const event of ['upgrade', 'connect']) {
        server.on(event, ({ socket }: IncomingMessage) => begin(socket));
      }
    },
    check: ({ socket }) => {
      if (beyond.has(counted(socket))) throw tooMany(most);
    },
  };
};
