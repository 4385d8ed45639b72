import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** A handshake that may be completed. */
interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** Header lines of the 101 answer beside its own. */
  readonly lines: readonly string[];
  /** The negotiated subprotocol; absent if there is none. */
  readonly protocol: string | undefined;
}

interface HandshakeHandlers {
  onOpen(ws: WebSocket): void;
  /** The offer of an extension or of a subprotocol is malformed; nothing was answered. */
  onInvalid(error: Error): void;
}

/** Completes a client's handshake, at once; where the client has left meanwhile, no handler is called. */
export type AcceptClient = (handshake: Handshake, handlers: HandshakeHandlers) => void;

const CLOSE_TIMEOUT_MS = 5_000;

/** @param maxMessageBytes bound of one message, inflated; a larger one closes its connection with 1009 */
export const createAcceptClient = (maxMessageBytes: number): AcceptClient => {
  type Pending = Pick<Handshake, 'lines' | 'protocol'> & { readonly handlers: HandshakeHandlers };
  const pending = new WeakMap<IncomingMessage, Pending>();
  const options = {
    noServer: true,
    clientTracking: false,
    maxPayload: Math.min(maxMessageBytes, 2 ** 31 - 1),
    closeTimeout: CLOSE_TIMEOUT_MS,
    // Only what the upstream has agreed to: the gateway chooses none itself.
    handleProtocols: (_offered: Set<string>, request: IncomingMessage) =>
      pending.get(request)?.protocol ?? (false as const),
    perMessageDeflate: { clientNoContextTakeover: true, serverNoContextTakeover: true },
  };
  const server = new WebSocketServer(options);
  server.on('headers', (headers, request) => headers.push(...(pending.get(request)?.lines ?? [])));
  server.on('wsClientError', (error, _socket, request) => pending.get(request)?.handlers.onInvalid(error));

  return ({ request, socket, head, lines, protocol }, handlers) => {
    pending.set(request, { lines, protocol, handlers });
    server.handleUpgrade(request, socket, head, handlers.onOpen);
  };
};
