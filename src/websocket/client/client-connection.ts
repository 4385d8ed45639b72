import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { formatByteSize } from '../../base/bytes.ts';
import { GatewayError } from '../../base/errors.ts';
import { errorCodeOf } from '../../base/system-error.ts';
import type { BodyBudget, Room } from '../../coding/body-budget.ts';
import { isSendableCode, TRY_AGAIN_LATER, UNSUPPORTED_DATA } from '../close-codes.ts';
import { holdArriving } from '../hold-arriving.ts';
import { releaseCompression } from '../release-compression.ts';
import { watchLife } from '../watch-life.ts';

/** The client's end of a connection. */
export interface ClientConnection {
  /** @returns false if the client reads slowly: further frames would be buffered here until `onDrain` */
  send(frame: Buffer, isBinary?: boolean): boolean;
  /** Stops reading what the client sends, so that it is held back. */
  pause(): void;
  resume(): void;
  /** Closes politely; a client that does not answer is cut off. */
  close(code: number, reason: Buffer | string): void;
  terminate(): void;
  /** Asks whether the client is still there, and cuts it off where the last question had no answer. */
  beat(): void;
}

export interface ClientHandlers {
  /** @param room the message's memory; released when nobody needs the message any more */
  onMessage(bytes: Buffer, room: Room, isBinary: boolean): void;
  /** The client violated the protocol or sent something unsupported; the connection is closing. */
  onRefused(error: GatewayError): void;
  onDrain(): void;
  onClose(code: number, reason: Buffer): void;
}

/** Beyond this much that a client does not read, it is cut off; answers are held back long before. */
const MAX_UNREAD_BYTES = 32 * 2 ** 20;

const toRefusal = (error: Error, maxBytes: number): GatewayError | undefined => {
  const code = errorCodeOf(error);
  if (/^WS_ERR_UNSUPPORTED_(?:MESSAGE|DATA_PAYLOAD)_LENGTH$/.test(code)) {
    return new GatewayError(
      'request_too_large',
      `a WebSocket message is larger than ${formatByteSize(maxBytes)}. Start a new session or compact this one, or raise BODY_SIZE_LIMIT.`,
      { cause: error },
    );
  }
  if (!code.startsWith('WS_ERR_')) return undefined;
  return new GatewayError(
    'invalid_request',
    `the client broke the WebSocket protocol (${error.message}, ${code}).`,
    { cause: error },
  );
};

export interface ClientLimits {
  /** Bound of a message. */
  readonly maxBytes: number;
  /** Of all bodies in memory. */
  readonly budget: BodyBudget;
  /** Whether binary messages are served; text always is. */
  readonly takesBinary: boolean;
}

/** @param socket the connection below `ws` */
export const createClientConnection = (
  ws: WebSocket,
  socket: Duplex,
  { maxBytes, budget, takesBinary }: ClientLimits,
  handlers: ClientHandlers,
): ClientConnection => {
  const isAlive = watchLife(socket);
  /** Why the client is held back at the moment. */
  const holds = { upstream: false, room: false };
  const hold = (change: Partial<typeof holds>): void => {
    Object.assign(holds, change);
    if (holds.upstream || holds.room) ws.pause();
    else ws.resume();
  };
  const close = (code: number, reason: Buffer | string): void => {
    if (ws.readyState !== ws.OPEN) return;
    if (isSendableCode(code)) ws.close(code, reason);
    else ws.close();
  };

  const takeRoom = holdArriving({
    ...{ ws, socket, budget, maxBytes },
    hold: (room) => hold({ room }),
    onOverload: (error) => {
      handlers.onRefused(error);
      close(TRY_AGAIN_LATER, error.code);
    },
  });
  ws.on('message', (data, isBinary) => {
    const room = takeRoom(data as Buffer);
    if (isBinary && !takesBinary) {
      room.release();
      handlers.onRefused(
        new GatewayError(
          'invalid_request',
          'binary WebSocket messages are not accepted: requests are JSON text.',
        ),
      );
      close(UNSUPPORTED_DATA, 'text messages only');
      return;
    }
    releaseCompression(ws);
    // After the first that was refused, and after a close, nothing further is served.
    if (ws.readyState === ws.OPEN) handlers.onMessage(data as Buffer, room, isBinary);
    else room.release();
  });
  ws.on('error', (error) => {
    const refusal = toRefusal(error, maxBytes);
    if (refusal) handlers.onRefused(refusal);
  });
  const isTooSlow = (): boolean => {
    if (ws.bufferedAmount <= MAX_UNREAD_BYTES) return false;
    ws.terminate();
    return true;
  };
  // Each is answered by a pong, which a client may leave unread.
  ws.on('ping', isTooSlow);
  ws.on('close', handlers.onClose);
  socket.on('drain', handlers.onDrain);

  return {
    send: (frame, isBinary = false) => {
      if (ws.readyState !== ws.OPEN || isTooSlow()) return true;
      // Events are small, and mostly go to the same machine: compressing them would only cost time.
      ws.send(frame, { binary: isBinary, compress: false });
      return !socket.writableNeedDrain;
    },
    pause: () => hold({ upstream: true }),
    resume: () => hold({ upstream: false }),
    close,
    terminate: () => ws.terminate(),
    beat: () => {
      // A paused connection delivers no frames.
      if (!isAlive() && !ws.isPaused) ws.terminate();
      else if (ws.readyState === ws.OPEN) ws.ping();
    },
  };
};
