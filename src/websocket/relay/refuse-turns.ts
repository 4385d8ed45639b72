import type { GatewayError } from '../../base/errors.ts';
import type { Room } from '../../coding/body-budget.ts';
import type { Exchange } from '../../log/exchange.ts';
import type { ClientConnection } from '../client/client-connection.ts';
import type { CreateFrame } from '../client/read-client-frame.ts';
import { createGatewayErrorFrame } from '../error-frame.ts';
import { closeRefused, openRefused, openTurn } from '../open-turn.ts';
import type { ConnectionContext } from '../session.ts';

/** Each tells the client why, and leaves a record. */
export interface TurnRefusals {
  /** A request that has no exchange yet. */
  refuse(frame: CreateFrame, room: Room, error: GatewayError): void;
  /** A message that could not be read. */
  refuseUnreadable(bytes: Buffer, room: Room, error: GatewayError): void;
  /** A request whose exchange is open. */
  turnAway(exchange: Exchange, frame: CreateFrame, room: Room, error: GatewayError): void;
}

export const createTurnRefusals = (
  context: ConnectionContext,
  connection: Pick<ClientConnection, 'send'>,
): TurnRefusals => {
  const tell = (exchange: Exchange, error: GatewayError, streamId?: string): void => {
    const told = createGatewayErrorFrame(error, exchange.id, streamId);
    connection.send(told);
    closeRefused(exchange, error, told);
  };
  return {
    refuse: (frame, room, error) => {
      room.release();
      tell(openTurn(context, frame), error, frame.streamId);
    },
    refuseUnreadable: (bytes, room, error) => {
      room.release();
      tell(openRefused(context, bytes), error);
    },
    turnAway: (exchange, frame, room, error) => {
      room.release();
      tell(exchange, error, frame.streamId);
    },
  };
};
