import { signal } from '@preact/signals';
import type { AuditEntry } from '../../admin/api-types/entry.ts';
import type { AuditLogQuery } from '../../admin/api-types/queries.ts';
import type { StreamEvent } from '../../admin/api-types/stream.ts';
import type { LogFilter } from '../../log/log-query.ts';
import { matchesFilter } from '../../log/match-filter.ts';
import { parseSearch } from '../../log/search/parse-search.ts';
import { api } from '../state/api.ts';
import { listen } from '../state/feed.ts';
import { createLoadedPages, PAGE_SIZE } from './loaded-pages.ts';

/** Between two renderings: short while little happens, longer the more there was in the last one. */
const MIN_BATCH_MS = 60;
const MAX_BATCH_MS = 500;
const BATCH_MS_PER_EVENT = 4;

const MAX_ARRIVED = 1000;

export type LogState = { kind: 'loading' } | { kind: 'ready' } | { kind: 'failed'; error: Error };

/**
 * What an exchange that arrives must fulfil to be shown. Bodies, measures and an order cannot be judged here: such a
 * view shows what the log answered, and no arrivals.
 */
const liveFilterOf = (query: AuditLogQuery): LogFilter | undefined => {
  if (query.in === 'bodies' || query.end_date || query.sort || query.order === 'asc') return undefined;
  try {
    const { filter, span, measures } = parseSearch(query.q ?? '', Date.now());
    const isOver = span !== undefined && span.toMs !== Number.POSITIVE_INFINITY;
    return measures.length > 0 || isOver ? undefined : { ...query, ...filter };
  } catch {
    return undefined;
  }
};

/**
 * The rows of the log, newest first: those that arrived since it was read, then those that it held
 * then, read by pages as they come into view. `until` pins the second part, so that a page stays
 * where it is while new exchanges arrive.
 */
export const createLogStore = (query: AuditLogQuery) => {
  const state = signal<LogState>({ kind: 'loading' });
  /** Changes with every change of a row: read it to be rendered anew. */
  const version = signal(0);
  /** How many arrived while the rows were held still. */
  const waiting = signal(0);
  /** True while bodies are searched, and not all of them yet. */
  const searching = signal(false);
  const pages = createLoadedPages();
  const asked = new Set<number>();
  let arrived: AuditEntry[] = [];
  let held: AuditEntry[] = [];
  let holding = false;
  let movedAtMs = Number.NEGATIVE_INFINITY;
  /** Set where rows are missing: the next release reads the log again. */
  let stale = false;
  let total = 0;
  let newest = '';
  /** A row that is to be shown, wherever it is. */
  let sought: string | undefined;
  let leave = new AbortController();
  let pending: StreamEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let batchMs = MIN_BATCH_MS;

  const live = liveFilterOf(query);
  const isNarrowed = Object.keys(query).length > 0;
  const wanted = (entry: AuditEntry): boolean => live !== undefined && matchesFilter(entry, live);

  const read = async (): Promise<void> => {
    leave.abort();
    leave = new AbortController();
    const { signal } = leave;
    try {
      const answer = await api.log({ ...query, limit: PAGE_SIZE, offset: 0 }, signal);
      pages.clear();
      asked.clear();
      pages.put(0, answer.entries);
      total = answer.total;
      newest = answer.entries[0]?.id ?? '';
      arrived = arrived.filter((entry) => entry.id > newest);
      held = [];
      stale = false;
      waiting.value = 0;
      state.value = { kind: 'ready' };
      apply();
      readSought();
      version.value++;
      searching.value = answer.incomplete === true;
      // What was found is shown; the same question goes on from there.
      if (searching.value && !signal.aborted) void read();
    } catch (error) {
      if (signal.aborted) return;
      searching.value = false;
      state.value = { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
    }
  };

  const insert = (rows: AuditEntry[], entry: AuditEntry): void => {
    const place = rows.findIndex((row) => row.id < entry.id);
    rows.splice(place < 0 ? rows.length : place, 0, entry);
  };

  const replaceIn = (rows: AuditEntry[], entry: AuditEntry): boolean => {
    const place = rows.findIndex((row) => row.id === entry.id);
    if (place >= 0) rows[place] = entry;
    return place >= 0;
  };

  const takeEntry = (entry: AuditEntry, isEnd = false): void => {
    if (entry.id <= newest) {
      // What began before the newest row may come to fulfil the filter only at its end, as a failure does.
      if (!pages.replace(entry) && isEnd && isNarrowed && wanted(entry)) stale = true;
    } else if (!replaceIn(arrived, entry) && !replaceIn(held, entry) && wanted(entry)) {
      insert(holding ? held : arrived, entry);
      if (!holding) movedAtMs = performance.now();
    }
  };

  const apply = (): void => {
    timer = undefined;
    const events = pending;
    if (state.value.kind === 'loading') return;
    pending = [];
    // What could not be read is read once the gateway greets again; until then there are no rows to change.
    if (state.value.kind === 'failed') {
      if (events.some(({ type }) => type === 'hello')) void read();
      return;
    }
    batchMs = Math.min(MAX_BATCH_MS, MIN_BATCH_MS + events.length * BATCH_MS_PER_EVENT);
    for (const event of events) {
      if (event.type === 'hello') {
        for (const entry of event.running) takeEntry(entry);
        if (!event.resumed) stale = true;
      } else if ('record' in event) takeEntry(event.record, event.type === 'close');
    }
    if (held.length > MAX_ARRIVED) {
      held.length = MAX_ARRIVED;
      stale = true;
    }
    waiting.value = held.length;
    version.value++;
    if (!holding && (stale || arrived.length > MAX_ARRIVED)) void read();
  };

  const stop = listen((event) => {
    // The first greeting says nothing new: the log is being read at that moment anyway.
    if (event.type === 'hello' && state.value.kind === 'loading') return;
    pending.push(event);
    timer ??= setTimeout(apply, batchMs);
  });

  const readPage = (page: number): void => {
    if (asked.has(page)) return;
    asked.add(page);
    const { signal } = leave;
    api.log({ ...query, until: newest, limit: PAGE_SIZE, offset: page * PAGE_SIZE }, signal).then(
      ({ entries }) => {
        pages.put(page, entries);
        asked.delete(page);
        version.value++;
      },
      () => {
        // Asked again when it next comes into view.
        if (!signal.aborted) asked.delete(page);
      },
    );
  };

  /** Reading the log anew gives up what is on its way, and so does this again. */
  const readSought = (): void => {
    const id = sought;
    if (id === undefined || state.value.kind !== 'ready' || query.in === 'bodies' || query.sort) return;
    if (pages.indexOf(id) >= 0 || arrived.some((entry) => entry.id === id)) return;
    const { signal } = leave;
    api.log({ ...query, until: id, limit: 1, offset: 0 }, signal).then(
      ({ entries, total: fromThere }) => {
        // Another one is first where the filters leave this one out.
        if (entries[0]?.id === id) readPage(Math.floor(Math.max(0, total - fromThere) / PAGE_SIZE));
      },
      () => {},
    );
  };

  void read();

  return {
    state,
    version,
    waiting,
    searching,
    reload: read,
    count: (): number => arrived.length + total,
    /** The row at an index; undefined while it is on its way. */
    at: (index: number): AuditEntry | undefined =>
      index < arrived.length ? arrived[index] : pages.at(index - arrived.length),
    indexOf: (id: string): number => {
      const place = arrived.findIndex((entry) => entry.id === id);
      if (place >= 0) return place;
      const older = pages.indexOf(id);
      return older < 0 ? -1 : older + arrived.length;
    },
    /** Loads the page that holds a row, wherever in the log that is. */
    locate: (id: string): void => {
      sought = id;
      readSought();
    },
    /** Sees to it that the rows from `first` to `last` are loaded. */
    need: (first: number, last: number): void => {
      if (state.value.kind !== 'ready' || total === 0) return;
      const low = Math.max(0, Math.floor((first - arrived.length) / PAGE_SIZE));
      const high = Math.floor(Math.min(total - 1, last - arrived.length) / PAGE_SIZE);
      for (let page = low; page <= high; page++) if (!pages.has(page)) readPage(page);
    },
    /** While held, arrivals wait instead of moving the rows. */
    hold: (on: boolean): void => {
      if (holding === on) return;
      holding = on;
      if (on) return;
      if (held.length > 0) movedAtMs = performance.now();
      for (const entry of held.reverse()) insert(arrived, entry);
      held = [];
      waiting.value = 0;
      version.value++;
      if (stale) void read();
    },
    /** When rows last went to another place, in the time of `performance.now`. */
    movedAtMs: (): number => movedAtMs,
    close: (): void => {
      stop();
      leave.abort();
      clearTimeout(timer);
    },
  };
};

export type LogStore = ReturnType<typeof createLogStore>;
