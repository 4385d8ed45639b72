import type { Room } from '../../coding/body-budget.ts';

interface Decision {
  onGranted(): void;
  onRefused(error: unknown): void;
  /** The client left before it was decided. */
  onLeft(): void;
}

/** A client's messages in their order, though one of them may wait for somebody's word. */
export interface HeldMessages {
  readonly isIdle: boolean;
  take(bytes: Buffer, room: Room): void;
  /**
   * Decides on the message that is being handled: at once, or while those behind it wait.
   * @param begin throws, or rejects, where it is refused
   */
  decide(begin: () => unknown, decision: Decision): void;
  /** The client has left: nothing that waits is handled any more. */
  leave(): void;
}

export const createHeldMessages = (handle: (bytes: Buffer, room: Room) => void): HeldMessages => {
  const waiting: { readonly bytes: Buffer; readonly room: Room }[] = [];
  let pending: Decision | undefined;

  const goOn = (): void => {
    while (!pending) {
      const next = waiting.shift();
      if (!next) return;
      handle(next.bytes, next.room);
    }
  };
  const settle = (decision: Decision, end: () => void): void => {
    if (pending !== decision) return;
    pending = undefined;
    end();
    goOn();
  };

  return {
    get isIdle() {
      return pending === undefined;
    },
    take: (bytes, room) => {
      if (pending) waiting.push({ bytes, room });
      else handle(bytes, room);
    },
    decide: (begin, decision) => {
      let begun: unknown;
      try {
        begun = begin();
      } catch (error) {
        decision.onRefused(error);
        return;
      }
      if (!(begun instanceof Promise)) {
        decision.onGranted();
        return;
      }
      pending = decision;
      begun.then(
        () => settle(decision, () => decision.onGranted()),
        (error: unknown) => settle(decision, () => decision.onRefused(error)),
      );
    },
    leave: () => {
      const decision = pending;
      pending = undefined;
      for (const { room } of waiting.splice(0)) room.release();
      decision?.onLeft();
    },
  };
};
