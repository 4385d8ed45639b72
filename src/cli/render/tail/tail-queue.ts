import type { ExchangeRecord } from '../../../log/port.ts';

interface EndedEntry {
  readonly record: ExchangeRecord;
  words?: string | undefined;
  /** True while its words are being looked for. */
  isWaiting: boolean;
}

/** What is to be printed: an exchange that ended, a sentence, or whole lines. */
export type TailEntry =
  | Readonly<EndedEntry>
  | { readonly notice: string }
  | { readonly lines: readonly string[] };

export interface TailQueue {
  readonly length: number;
  readonly paused: boolean;
  add(entry: TailEntry): void;
  /** Adds an exchange that has ended, whose last words are looked for meanwhile. */
  addEnded(record: ExchangeRecord): void;
  /** What may be printed now, in order. @param all also what is paused or waits for its words */
  take(all: boolean): TailEntry[];
  togglePause(): void;
  empty(): void;
}

interface TailQueueDeps {
  /** Absent: nothing is looked for. */
  readonly findWords: ((record: ExchangeRecord) => Promise<string | undefined>) | undefined;
  readonly onWords: () => void;
}

/** Words are looked for in the log: not for a crowd. */
const MAX_WITHOUT_WORDS = 8;
/** While the tail is paused; older ones are counted. */
const MAX_HELD = 5000;

const isWaiting = (entry: TailEntry): boolean => 'isWaiting' in entry && entry.isWaiting;

export const createTailQueue = ({ findWords, onWords }: TailQueueDeps): TailQueue => {
  let queue: TailEntry[] = [];
  let paused = false;
  let dropped = 0;
  const add = (entry: TailEntry): void => {
    queue.push(entry);
    if (!paused || queue.length <= MAX_HELD) return;
    queue.shift();
    dropped++;
  };
  return {
    get length() {
      return queue.length;
    },
    get paused() {
      return paused;
    },
    add,
    addEnded: (record) => {
      const entry: EndedEntry = { record, isWaiting: false };
      if (findWords && queue.filter(isWaiting).length < MAX_WITHOUT_WORDS) {
        entry.isWaiting = true;
        void findWords(record).then((words) => {
          entry.words = words;
          entry.isWaiting = false;
          onWords();
        });
      }
      add(entry);
    },
    take: (all) => {
      if (paused && !all) return [];
      const end = all ? -1 : queue.findIndex(isWaiting);
      return queue.splice(0, end < 0 ? queue.length : end);
    },
    togglePause: () => {
      paused = !paused;
      if (paused || dropped === 0) return;
      queue.unshift({ notice: `… ${dropped} lines skipped while paused; the log has them` });
      dropped = 0;
    },
    empty: () => {
      queue = [];
    },
  };
};
