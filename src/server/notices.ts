/** What a gateway has to say to whoever runs it, in whole sentences. */
export interface Notices {
  tell(text: string): void;
  /** Tells the listener also what nobody has heard yet. */
  onNotice(listener: (text: string) => void): void;
}

/** Before anybody listens, so many are kept. */
const MAX_UNHEARD = 20;

export const createNotices = (): Notices => {
  const listeners: ((text: string) => void)[] = [];
  const unheard: string[] = [];
  return {
    tell: (text) => {
      for (const listener of listeners) listener(text);
      if (listeners.length === 0 && unheard.length < MAX_UNHEARD) unheard.push(text);
    },
    onNotice: (listener) => {
      listeners.push(listener);
      for (const text of unheard.splice(0)) listener(text);
    },
  };
};
