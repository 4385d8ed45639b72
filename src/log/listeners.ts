export interface Listeners<Event> {
  /** @returns takes the listener away again */
  add(listener: (event: Event) => void): () => void;
  /** Calls all at once, one after another; what one throws is dropped. */
  tell(event: Event): void;
}

/** Those who watch the log; none of them can break what is watched. */
export const createListeners = <Event>(): Listeners<Event> => {
  const listeners = new Set<(event: Event) => void>();
  return {
    add: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    tell: (event) => {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch {
          // The traffic goes on, whatever a watcher does.
        }
      }
    },
  };
};
