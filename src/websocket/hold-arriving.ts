import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { GatewayError } from '../base/errors.ts';
import { toGatewayError } from '../base/to-gateway-error.ts';
import type { BodyBudget, Room } from '../coding/body-budget.ts';
import { MAX_DEFLATE_RATIO } from '../coding/bound-decoded.ts';
import { compressionOf } from './release-compression.ts';

/** Of a control frame: two bytes, and the mask. */
const CONTROL_HEADER_BYTES = 6;

interface ArrivingDeps {
  readonly ws: WebSocket;
  /** The connection below `ws`. */
  readonly socket: Duplex;
  readonly budget: BodyBudget;
  /** Bound of a message, inflated. */
  readonly maxBytes: number;
  /** Stops and resumes reading what the client sends. */
  readonly hold: (isHeld: boolean) => void;
  /** There was no room within the time that a body waits. */
  readonly onOverload: (error: GatewayError) => void;
}

type Inflate = (
  data: Buffer,
  isLast: boolean,
  callback: (error: Error | null, bytes?: Buffer) => void,
) => void;

/**
 * Keeps what a client sends within the budget of all bodies: its frames while they arrive, and what a
 * compressed one is inflated to before it is. Both wait for room, and the connection waits with them.
 * @returns to be called when a message is whole; gives its room, for whoever serves the message to release
 */
export const holdArriving = (deps: ArrivingDeps): ((message: Buffer) => Room) => {
  const { ws, socket, budget, maxBytes, hold, onOverload } = deps;
  let room = budget.open();
  let waits = 0;
  let last: Promise<void> = Promise.resolve();

  /** Waits for room, one wait after the other, and holds the client back meanwhile. */
  const grow = async (bytes: number): Promise<void> => {
    const mine = room;
    waits++;
    hold(true);
    last = last.catch(() => {}).then(() => mine.resize(mine.bytes + bytes));
    try {
      await last;
    } catch (error) {
      // The message may have been whole already: then it is served, and its server finds no room for more.
      if (mine === room) {
        onOverload(toGatewayError(error));
        throw error;
      }
    } finally {
      waits--;
      if (waits === 0) hold(false);
    }
  };
  const onData = (chunk: Buffer): void => {
    if (!room.tryResize(room.bytes + chunk.length)) grow(chunk.length).catch(() => {});
  };
  const onControl = (data: Buffer): void => {
    room.tryResize(Math.max(0, room.bytes - data.length - CONTROL_HEADER_BYTES));
  };
  // Before `ws` sees the bytes: it may emit the whole message at once.
  socket.prependListener('data', onData);
  ws.on('ping', onControl).on('pong', onControl);

  const deflate = compressionOf(ws);
  const inflate: unknown = deflate && Reflect.get(deflate, 'decompress');
  if (deflate && typeof inflate === 'function') {
    const inflateWithinBudget: Inflate = (data, isLast, callback) => {
      const bound = Math.min(maxBytes, data.length * MAX_DEFLATE_RATIO);
      const begin = (): void => {
        if (socket.destroyed) {
          callback(new Error('the client has left'));
          return;
        }
        Reflect.apply(inflate, deflate, [
          data,
          isLast,
          (error: Error | null, bytes?: Buffer) => {
            room.tryResize(room.bytes - bound + (bytes?.length ?? 0));
            callback(error, bytes);
          },
        ]);
      };
      if (room.tryResize(room.bytes + bound)) begin();
      else grow(bound).then(begin, callback);
    };
    Reflect.set(deflate, 'decompress', inflateWithinBudget);
  }

  // While a message waits to be inflated, `ws` keeps its own `close` back.
  socket.once('close', () => room.release());

  return (bytes) => {
    const whole = room;
    whole.tryResize(bytes.length);
    room = budget.open();
    return whole;
  };
};
