import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ExchangeWatch } from '../capture/recorder.ts';
import { type Facts, factsOfRecord } from '../facts.ts';
import { auditFolder } from '../journal/list-segments.ts';
import type { LogPage, LogQuery, LogReader, PageWish } from '../port.ts';
import type { ExchangeDetail } from '../record.ts';
import { createSummer } from '../sum-facts.ts';
import { findThread } from './find-thread.ts';
import { followExchanges } from './follow-exchanges.ts';
import { ALWAYS } from './index/index-part.ts';
import { openJournalIndex } from './index/journal-index.ts';
import { findOldestFirst } from './list-oldest-first.ts';
import { readExchange } from './read-exchange.ts';
import { readDetailsAt } from './read-places.ts';
import { factsOfRow } from './row-facts.ts';
import { type Paused, searchBodies } from './search-bodies.ts';
import { type Found, findExchanges, readFound, rowsOf, unfinishedIn } from './select-exchanges.ts';

export interface FileLogDeps {
  readonly dataDir: string;
  /** Of the gateway that writes here; absent where another process does, or nobody. */
  readonly recorder?: Pick<ExchangeWatch, 'flush' | 'active'>;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

export interface FileLog extends LogReader {
  /** Writes what is missing of the index, for a gateway that has nothing better to do. */
  upkeep(): Promise<void>;
}

const NOBODY: Pick<ExchangeWatch, 'flush' | 'active'> = {
  flush: async () => {},
  active: { size: 0, values: () => [] },
};
/** Of one batch of facts. */
const FACTS_AT_ONCE = 4096;
/** So much of the journal is read for the index before a page is shown: half a second's worth. */
const MAX_MISSING_BYTES = 32 * 2 ** 20;
const ASKED_AGAIN_MS = 2_000;
/** Further back, a page waits for the index. */
const MAX_WITHOUT_INDEX = 1_000;

const measureFolder = async (folder: string): Promise<number> => {
  let bytes = 0;
  for (const file of await readdir(folder).catch(() => [])) {
    bytes += (await stat(join(folder, file)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
};

/** The log as it lies in files: the journal, and an index alongside it that is made where it is missing. */
export const openFileLog = ({
  dataDir,
  recorder = NOBODY,
  now = () => performance.now(),
}: FileLogDeps): FileLog => {
  const folder = auditFolder(dataDir);
  const index = openJournalIndex({ dataDir, recorder });
  const paused: Paused = new Map();

  async function* facts(query: LogQuery): AsyncGenerator<readonly Facts[]> {
    await index.refresh();
    for await (const part of index.parts(query.span ?? ALWAYS)) {
      const rows = rowsOf(part, query);
      for (let from = 0; from < rows.length; from += FACTS_AT_ONCE) {
        yield Array.from(rows.subarray(from, from + FACTS_AT_ONCE), (row) => factsOfRow(part.rows, row));
      }
      const loose = unfinishedIn(part, query);
      if (loose.length > 0) yield loose.map(factsOfRecord);
    }
  }

  const get = async (id: string): Promise<ExchangeDetail | undefined> => {
    await recorder.flush();
    const detail = await readExchange(dataDir, id);
    const live = recorder.active.values().find(({ record }) => record.id === detail?.record.id);
    return detail && live ? { ...detail, record: live.record } : detail;
  };

  let making: Promise<void> | undefined;
  /** The newest exchanges while the index of a long log is being made: how many there are in all, it will tell. */
  const readNewest = async (
    query: LogQuery,
    { limit, offset = 0, before }: PageWish,
  ): Promise<LogPage | undefined> => {
    const wanted = offset + limit + (before === undefined ? 0 : 1);
    if (limit === 0 || wanted > MAX_WITHOUT_INDEX || query.until !== undefined) return undefined;
    // Who asks again is told more, not the same at once.
    if (making) await Promise.race([making, pause(ASKED_AGAIN_MS, undefined, { ref: false })]);
    if ((await index.missingBytes()) <= MAX_MISSING_BYTES) return undefined;
    const found: Found[] = [];
    const asked = before === undefined ? query : { ...query, until: before };
    for await (const batch of findOldestFirst(index, asked, wanted)) found.push(...batch);
    making ??= index.upkeep().finally(() => {
      making = undefined;
    });
    const newestFirst = found.reverse().filter(({ id }) => id !== before);
    const records = await readFound(index, newestFirst.slice(offset));
    return { records, total: newestFirst.length, isTotalLeast: newestFirst.length >= offset + limit };
  };

  return {
    page: async (query, wish) => {
      const newest = await readNewest(query, wish);
      if (newest) return newest;
      await index.refresh();
      const { found, total } = await findExchanges(index, query, wish);
      return { records: await readFound(index, found), total };
    },
    list: async function* (query, { newest = Number.POSITIVE_INFINITY } = {}) {
      for await (const found of findOldestFirst(index, query, newest)) yield await readFound(index, found);
    },
    details: async function* (query) {
      for await (const found of findOldestFirst(index, query, Number.POSITIVE_INFINITY)) {
        for (const one of found) {
          if ('segment' in one) yield* readDetailsAt(dataDir, [one]);
          else {
            const detail = await get(one.id);
            if (detail) yield detail;
          }
        }
      }
    },
    get,
    body: async (id, side) => {
      await recorder.flush();
      const detail = await readExchange(dataDir, id);
      return side === 'request' ? detail?.requestBody : detail?.responseBody;
    },
    facts,
    sums: async (query, by, timezone) => {
      const summer = createSummer(by, timezone);
      for await (const batch of facts(query)) for (const each of batch) summer.add(each);
      return summer.rows();
    },
    thread: async (of) => {
      await index.refresh();
      return findThread(index, of);
    },
    searchBodies: async (text, query, wish) => {
      await index.refresh();
      return searchBodies(folder, index, text, query, wish, now, paused);
    },
    follow: (from, signal) => followExchanges(dataDir, { from, signal }),
    size: async () => ({ bytes: await measureFolder(folder) }),
    upkeep: () => index.upkeep(),
    close: () => index.close(),
  };
};
