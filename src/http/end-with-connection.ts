import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** By connection, so that it gets one listener however many answers wait. */
const waitingOn = new WeakMap<Socket, Set<ServerResponse>>();

const listWaiting = (socket: Socket): Set<ServerResponse> => {
  const known = waitingOn.get(socket);
  if (known) return known;
  const waiting = new Set<ServerResponse>();
  waitingOn.set(socket, waiting);
  socket.once('close', () => {
    for (const response of waiting) if (response.socket === null) response.emit('close');
  });
  return waiting;
};

/**
 * Lets an answer that waits behind another one of its connection end with that connection. Node gives a
 * pipelined answer the socket when its turn comes; if the socket closes before, nobody tells the answer, and
 * what waits for its `close` would wait for ever.
 */
export const endWithConnection = ({ socket }: IncomingMessage, response: ServerResponse): void => {
  if (response.socket !== null) return;
  const waiting = listWaiting(socket);
  waiting.add(response);
  response.once('close', () => waiting.delete(response));
};
