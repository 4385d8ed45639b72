import { EventEmitter, once } from 'node:events';

/** What the two sides of a fault tell each other, so that no clock decides who comes first. */
export interface Scene {
  /** What the client has received so far, as Latin-1 text. */
  clientHas: string;
  readonly marks: ReadonlySet<string>;
  mark(name: string): void;
  /** To be called when anything has changed that somebody may wait for. */
  changed(): void;
  /** @param what in words, for the message of a fault that outlasts its limit */
  until(what: string, condition: () => boolean): Promise<void>;
  /** What is waited for at the moment. */
  readonly awaited: readonly string[];
}

export const createScene = (): Scene => {
  const changes = new EventEmitter().setMaxListeners(0);
  const marks = new Set<string>();
  const awaited: string[] = [];
  const changed = (): void => void changes.emit('change');
  return {
    clientHas: '',
    marks,
    mark: (name) => {
      marks.add(name);
      changed();
    },
    changed,
    until: async (what, condition) => {
      awaited.push(what);
      while (!condition()) await once(changes, 'change');
      awaited.splice(awaited.indexOf(what), 1);
    },
    awaited,
  };
};
