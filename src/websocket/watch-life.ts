import type { Duplex } from 'node:stream';

const bytesRead = (socket: Duplex): number =>
  'bytesRead' in socket && typeof socket.bytesRead === 'number' ? socket.bytesRead : 0;

/**
 * Tells whether the other end has sent anything since the last time it was asked: a pong counts, and so does
 * a piece of a message that is long under way.
 */
export const watchLife = (socket: Duplex): (() => boolean) => {
  let before = -1;
  return () => {
    const now = bytesRead(socket);
    const isAlive = now !== before;
    before = now;
    return isAlive;
  };
};
