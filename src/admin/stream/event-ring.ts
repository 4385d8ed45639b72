import type { StreamEvent } from '../api-types/stream.ts';

/** The last events, as they were sent, for those who come back. */
export interface EventRing {
  /** Numbers an event, and keeps it. @returns its text */
  add(event: StreamEvent): string;
  /** The text of an event that nobody needs to hear again. @param id default: that of the last event */
  frame(event: StreamEvent, id?: string): string;
  /** @returns the texts since then; undefined where some of them are gone, or the id is of another run */
  after(id: string | undefined): string[] | undefined;
  /** Nothing was noted for a while: who comes back now has missed something. */
  forget(): void;
}

const MAX_EVENTS = 4096;
const MAX_CHARACTERS = 8 * 2 ** 20;

/** @param run tells this gateway's events from those of the one before it */
export const createEventRing = (run: string): EventRing => {
  let texts: string[] = [];
  let characters = 0;
  /** Number of the event before `texts[0]`. */
  let before = 0;
  const lastNumber = (): number => before + texts.length;
  const encode = (id: string, event: StreamEvent): string => `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;

  return {
    add: (event) => {
      const text = encode(`${run}-${lastNumber() + 1}`, event);
      texts.push(text);
      characters += text.length;
      if (texts.length > MAX_EVENTS || characters > MAX_CHARACTERS) {
        // By halves: taking one off the front each time would move all others each time.
        const dropped = texts.splice(0, Math.ceil(texts.length / 2));
        before += dropped.length;
        for (const { length } of dropped) characters -= length;
      }
      return text;
    },
    frame: (event, id) => encode(id ?? `${run}-${lastNumber()}`, event),
    after: (id) => {
      const [, of, number] = /^(\w+)-(\d+)$/.exec(id ?? '') ?? [];
      const last = Number(number);
      if (of !== run || last < before || last > lastNumber()) return undefined;
      return texts.slice(last - before);
    },
    forget: () => {
      // One number is left out, so that the last id that anyone has is too old.
      before = lastNumber() + 1;
      texts = [];
      characters = 0;
    },
  };
};
