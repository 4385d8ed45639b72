import type { RunningTurn } from './run-turn.ts';

interface PendingTurnHandlers<Word> {
  /** Begins it, once it was let in. */
  run(word: Word): RunningTurn;
  onRefused(error: unknown): void;
  /** Its client left before that. */
  onLeft(): void;
}

/** A turn that waits for somebody's word before it runs. @param word rejects where it is refused */
export const createPendingTurn = <Word>(
  word: Promise<Word>,
  handlers: PendingTurnHandlers<Word>,
): RunningTurn => {
  let running: RunningTurn | undefined;
  let isOver = false;
  const endOnce = (end: () => void): void => {
    if (isOver) return;
    isOver = true;
    end();
  };
  const refuse = (error: unknown): void => endOnce(() => handlers.onRefused(error));
  word
    .then((said) => {
      if (!isOver) running = handlers.run(said);
    })
    .catch(refuse);
  return {
    responseId: () => running?.responseId(),
    interrupt: (kind) => running?.interrupt(kind),
    cut: (reason) => (running ? running.cut(reason) : refuse(reason)),
    abort: () => (running ? running.abort() : endOnce(() => handlers.onLeft())),
    onDrain: () => running?.onDrain(),
  };
};
