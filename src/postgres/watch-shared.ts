import type { SharedContent } from '../state/shared-file.ts';
import type { Changes, Topic } from './changes.ts';

/** A state and how often it had changed when it was read. */
export interface Versioned<Content> {
  readonly revision: number;
  readonly content: Content;
}

export interface WatchDeps<Content> {
  readonly changes: Changes;
  readonly topic: Topic;
  readonly load: () => Promise<Versioned<Content>>;
  /** For how long a state counts that cannot be read again. Milliseconds. */
  readonly trustedForMs: number;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

/**
 * Follows a state of the database. While that does not answer, what was read last counts on for a while.
 * @returns a function that stops
 */
export const watchShared = <Content>(
  { changes, topic, load, trustedForMs, now }: WatchDeps<Content>,
  onChange: (found: SharedContent<Content>) => void,
): (() => void) => {
  let known: number | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let isStopped = false;
  let isLooking = false;
  let isAskedAgain = false;

  const look = async (): Promise<void> => {
    if (isLooking) {
      isAskedAgain = true;
      return;
    }
    isLooking = true;
    try {
      const { revision, content } = await load();
      readAtMs = now();
      if (revision !== known && !isStopped) onChange({ kind: 'content', content });
      known = revision;
    } catch (error) {
      if (!isStopped && now() - readAtMs > trustedForMs) {
        known = undefined;
        onChange({ kind: 'unreadable', error });
      }
    }
    isLooking = false;
    if (!isAskedAgain || isStopped) return;
    isAskedAgain = false;
    await look();
  };
  const stop = changes.watch(topic, () => void look());
  void look();
  return () => {
    isStopped = true;
    stop();
  };
};
