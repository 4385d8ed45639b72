import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Clients that never stop connecting hold nobody up for longer than this. */
const MAX_HOLD_MS = 20;

/** Lets connections be accepted before the requests of those that are there already. */
export interface AcceptFirst {
  watch(server: Server): void;
  /**
   * Goes on with a request that has been read: at once, or in a moment where more connections may be waiting.
   * At the latest when its connection closes, before anybody else hears of that.
   */
  goOn(socket: Socket, next: () => void): void;
}

/**
 * The engine accepts one connection each time its event loop comes round, and a round takes as long as all the
 * requests in it. Of 64 clients that connect at once, the last would wait for dozens of full rounds: 400 ms
 * instead of 60. So requests wait while connections arrive, until a round has brought none; these rounds are short.
 *
 * They wait behind their body, where a request has to wait anyway: held when its head comes, it would be overtaken
 * by an upgrade, or by bytes that are no HTTP, which follow on its connection.
 */
export const createAcceptFirst = (maxHoldMs = MAX_HOLD_MS): AcceptFirst => {
  const held = new Set<() => void>();
  let isHolding = false;
  let hasArrived = false;
  let heldSinceMs = 0;

  const settle = (): void => {
    if (hasArrived && performance.now() - heldSinceMs < maxHoldMs) {
      hasArrived = false;
      setImmediate(settle);
      return;
    }
    isHolding = false;
    for (const release of held) release();
  };
  const arrive = (): void => {
    hasArrived = true;
    if (isHolding) return;
    isHolding = true;
    heldSinceMs = performance.now();
    setImmediate(settle);
  };

  return {
    watch: (server) => void server.on('connection', arrive),
    goOn: (socket, next) => {
      if (!isHolding) return next();
      const release = (): void => {
        held.delete(release);
        socket.off('close', release);
        next();
      };
      held.add(release);
      // What follows a request watches for its end, and must do so before it has come.
      socket.prependListener('close', release);
    },
  };
};
