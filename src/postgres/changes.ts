import type { Database } from './database.ts';

/** What is shared, by the name under which its changes are told. */
export type Topic = 'keys' | 'budgets' | 'limits' | 'log' | 'ends';

/** Tells of changes by any process that uses the database. */
export interface Changes {
  /**
   * Calls back after each change of a topic, within a second, and sometimes without one.
   * @returns a function that stops
   */
  watch(topic: Topic, onMaybe: () => void): () => void;
  close(): void;
}

export const CHANNEL = 'gomodel';

/** Where notifications are lost, as behind a pooler of connections, looking still finds each change in time. */
const LOOK_EVERY_MS = 700;
const LISTEN_AGAIN_MS = 2_000;

/** Listens and looks from the first `watch` on. */
export const createChanges = (database: Database): Changes => {
  const watchers = new Map<Topic, Set<() => void>>();
  let isClosed = false;
  let isStarted = false;
  let stopListening: (() => void) | undefined;
  let lookTimer: NodeJS.Timeout | undefined;
  let listenTimer: NodeJS.Timeout | undefined;
  const known = new Map<string, number>();

  const tell = (topic: string): void => {
    for (const onMaybe of watchers.get(topic as Topic) ?? []) onMaybe();
  };
  const tellAll = (): void => {
    for (const topic of watchers.keys()) tell(topic);
  };

  const look = async (): Promise<void> => {
    try {
      const rows = await database.query<{ topic: string; revision: number }>(
        'SELECT topic, revision FROM gomodel.revisions',
      );
      for (const { topic, revision } of rows) {
        if (known.get(topic) === revision) continue;
        known.set(topic, revision);
        tell(topic);
      }
    } catch {
      // `trouble` says so; what the watchers know stays, and they decide for how long that counts.
      tellAll();
    }
    if (!isClosed) lookTimer = setTimeout(() => void look(), LOOK_EVERY_MS).unref();
  };
  const listen = async (): Promise<void> => {
    const again = (): void => {
      if (!isClosed) listenTimer = setTimeout(() => void listen(), LISTEN_AGAIN_MS).unref();
    };
    try {
      stopListening = await database.listen(CHANNEL, { onNotification: tell, onEnd: again });
      if (isClosed) stopListening();
      // What happened before the listening is found by the next look.
    } catch {
      again();
    }
  };

  return {
    watch: (topic, onMaybe) => {
      const own = watchers.get(topic) ?? new Set();
      watchers.set(topic, own);
      own.add(onMaybe);
      if (!isStarted) {
        isStarted = true;
        void look();
        void listen();
      }
      return () => void own.delete(onMaybe);
    },
    close: () => {
      isClosed = true;
      clearTimeout(lookTimer);
      clearTimeout(listenTimer);
      stopListening?.();
    },
  };
};
