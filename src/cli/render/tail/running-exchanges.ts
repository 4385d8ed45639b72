import type { ExchangeRecord } from '../../../log/port.ts';

/** Shorter ones never flash up. */
export const RUNNING_SHOWN_AFTER_MS = 250;
const MAX_RUNNING_LINES = 5;
const MAX_RUNNING_KNOWN = 1000;

/** The exchanges that run, as far as the bottom of the screen has room for them. */
export const createRunningExchanges = (now: () => number) => {
  const running: ExchangeRecord[] = [];
  return {
    get size() {
      return running.length;
    },
    /** @returns false where there are too many already */
    add: (record: ExchangeRecord): boolean => {
      if (running.length >= MAX_RUNNING_KNOWN) return false;
      running.push(record);
      return true;
    },
    has: (id: string): boolean => running.some((record) => record.id === id),
    remove: (id: string): void => {
      const index = running.findIndex((record) => record.id === id);
      if (index !== -1) running.splice(index, 1);
    },
    empty: (): void => {
      running.length = 0;
    },
    /** The oldest first. @param room rows at most, and a last one that counts the rest */
    lines: (
      room: number,
      lineOf: (record: ExchangeRecord, runningForMs: number) => string,
      restOf: (more: number) => string,
    ): string[] => {
      const lines: string[] = [];
      let more = 0;
      for (const record of running) {
        const runningForMs = Math.max(0, now() - Date.parse(record.startedAt));
        if (runningForMs < RUNNING_SHOWN_AFTER_MS) continue;
        if (lines.length < Math.min(MAX_RUNNING_LINES, room)) lines.push(lineOf(record, runningForMs));
        else more++;
      }
      if (more > 0) lines.push(restOf(more));
      return lines;
    },
  };
};
