import type { Room } from '../coding/body-budget.ts';
import type { Session } from './session.ts';

/**
 * A connection that begins in one way and may go on, for good, in another.
 * @param begin makes its first session, which calls `switchOn` with the message that wants the other one
 */
export const createSwitchingSession = (
  begin: (switchOn: (bytes: Buffer, room: Room) => void) => Session,
  goOn: () => Session,
): Session => {
  let isDraining = false;
  let current: Session = begin((bytes, room) => {
    current = goOn();
    if (isDraining) current.drain();
    current.onMessage(bytes, room, false);
  });
  return {
    isIdle: () => current.isIdle(),
    onMessage: (...message) => current.onMessage(...message),
    onRefused: (error) => current.onRefused(error),
    onDrain: () => current.onDrain(),
    onClose: (code, reason) => current.onClose(code, reason),
    drain: () => {
      isDraining = true;
      current.drain();
    },
    cut: (reason) => current.cut(reason),
    tick: () => current.tick(),
  };
};
