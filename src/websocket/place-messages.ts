import type { IncomingHttpHeaders } from 'node:http';
import type { Placing } from '../forward/route/choose-destination.ts';
import { readClientFrame } from './client/read-client-frame.ts';
import { createHeldMessages } from './relay/held-messages.ts';
import type { Session } from './session.ts';

/** Holds a connection's messages back, for a moment at most, until it is known where its session is. */
export const createPlacedSession = (
  session: Session,
  headers: IncomingHttpHeaders,
  placing: Placing,
): Session => {
  const held = createHeldMessages((bytes, room) => {
    const prepare = (): Promise<void> | undefined => {
      const frame = placing.isUsed ? readClientFrame(bytes) : undefined;
      return frame?.kind === 'create' ? placing.prepare({ headers, model: frame.model }) : undefined;
    };
    held.decide(prepare, {
      onGranted: () => session.onMessage(bytes, room, false),
      onRefused: () => session.onMessage(bytes, room, false),
      onLeft: () => room.release(),
    });
  });
  return {
    isIdle: () => session.isIdle() && held.isIdle(),
    onMessage: (bytes, room, isBinary) => {
      if (isBinary) session.onMessage(bytes, room, isBinary);
      else held.take(bytes, room);
    },
    onRefused: (error) => session.onRefused(error),
    onDrain: () => session.onDrain(),
    onClose: (code, reason) => {
      held.leave();
      session.onClose(code, reason);
    },
    drain: () => session.drain(),
    cut: (reason) => session.cut(reason),
    tick: () => session.tick(),
  };
};
