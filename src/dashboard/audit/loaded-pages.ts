import type { AuditEntry } from '../../admin/api-types/entry.ts';

/** Entries of one request to the log. The API allows at most so many. */
export const PAGE_SIZE = 100;
const MAX_PAGES = 40;

/**
 * The part of the log that is in memory: pages of it, by number, the ones not looked at for longest
 * dropped. A log of 100,000 exchanges is scrolled through with 4,000 of them held.
 */
export interface LoadedPages {
  at(index: number): AuditEntry | undefined;
  has(page: number): boolean;
  put(page: number, entries: AuditEntry[]): void;
  /** Puts a newer state in the place of an entry. @returns false where it is not loaded */
  replace(entry: AuditEntry): boolean;
  indexOf(id: string): number;
  clear(): void;
}

export const createLoadedPages = (): LoadedPages => {
  // A map keeps the order of insertion: the first key is the page that was not used for longest.
  const pages = new Map<number, AuditEntry[]>();
  const find = (id: string): { page: number; entries: AuditEntry[]; place: number } | undefined => {
    for (const [page, entries] of pages) {
      const place = entries.findIndex((entry) => entry.id === id);
      if (place >= 0) return { page, entries, place };
    }
    return undefined;
  };
  return {
    at: (index) => pages.get(Math.floor(index / PAGE_SIZE))?.[index % PAGE_SIZE],
    has: (page) => {
      const entries = pages.get(page);
      if (!entries) return false;
      pages.delete(page);
      pages.set(page, entries);
      return true;
    },
    put: (page, entries) => {
      pages.set(page, entries);
      for (const oldest of pages.keys()) {
        if (pages.size <= MAX_PAGES) break;
        pages.delete(oldest);
      }
    },
    replace: (entry) => {
      const found = find(entry.id);
      if (!found) return false;
      found.entries[found.place] = entry;
      return true;
    },
    indexOf: (id) => {
      const found = find(id);
      return found ? found.page * PAGE_SIZE + found.place : -1;
    },
    clear: () => pages.clear(),
  };
};
