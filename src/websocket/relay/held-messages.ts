import type { Room } from '../../coding/body-budget.ts';

interface Decision<Word> {
  onGranted(word: Word): void;
  onRefused(error: unknown): void;
  /** The client left before it was decided. */
  onLeft(): void;
}

/** A client's messages in their order, though one of them may wait for somebody's word. */
export interface HeldMessages {
  isIdle(): boolean;
  take(bytes: Buffer, room: Room): void;
  /**
   * Decides on the message that is being handled: at once, or while those behind it wait.
   * @param begin throws, or rejects, where it is refused
   */
  decide<Word>(begin: () => Word | Promise<Word>, decision: Decision<Word>): void;
  /** The client has left: nothing that waits is handled any more. */
  leave(): void;
}

export const createHeldMessages = (handle: (bytes: Buffer, room: Room) => void): HeldMessages => {
  const waiting: { readonly bytes: Buffer; readonly room: Room }[] = [];
  let pending: Pick<Decision<never>, 'onLeft'> | undefined;

  const goOn = (): void => {
    while (!pending) {
      const next = waiting.shift();
      if (!next) return;
      handle(next.bytes, next.room);
    }
  };
  const settle = (decision: Pick<Decision<never>, 'onLeft'>, end: () => void): void => {
    if (pending !== decision) return;
    pending = undefined;
    end();
    goOn();
  };

  return {
    isIdle: () => pending === undefined,
    take: (bytes, room) => {
      if (pending) waiting.push({ bytes, room });
      else handle(bytes, room);
    },
    decide: <Word>(begin: () => Word | Promise<Word>, decision: Decision<Word>) => {
      let begun: Word | Promise<Word>;
      try {
        begun = begin();
      } catch (error) {
        decision.onRefused(error);
        return;
      }
      if (!(begun instanceof Promise)) {
        decision.onGranted(begun);
        return;
      }
      pending = decision;
      begun.then(
        (word) => settle(decision, () => decision.onGranted(word)),
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
