import type { WebSocket } from 'ws';
import type { Room } from '../../coding/body-budget.ts';
import type { ClientConnection } from '../client/client-connection.ts';

/** Above this, the client is paused until half of the data has been sent upstream. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** @returns passes a client's message on, and frees its room when it has left */
export const createPassUpstream =
  (ws: WebSocket, connection: Pick<ClientConnection, 'pause' | 'resume'>) =>
  (bytes: Buffer, room: Room): void => {
    ws.send(bytes, { binary: false }, () => {
      room.release();
      if (ws.bufferedAmount <= MAX_WAITING_BYTES / 2) connection.resume();
    });
    if (ws.bufferedAmount > MAX_WAITING_BYTES) connection.pause();
  };
