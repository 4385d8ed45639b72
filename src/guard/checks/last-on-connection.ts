import type { Duplex } from 'node:stream';

const ending = new WeakSet<Duplex>();

/** Notes that a connection ends with the answer that is being given: nothing behind it is a request any more. */
export const endConnection = (socket: Duplex): void => {
  ending.add(socket);
};

/**
 * Whether what comes on a connection is to be passed over. Node reads on after an answer with
 * `Connection: close`, and gives what a client had sent behind the refused request to the app.
 * @see RFC 9112 §9.6: a server that sends it must not process any further requests
 */
export const isEndingConnection = (socket: Duplex): boolean => ending.has(socket) || socket.writableEnded;
