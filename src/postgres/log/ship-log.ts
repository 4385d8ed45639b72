import { setTimeout as pause } from 'node:timers/promises';
import { isObject, parseJson } from '../../base/json-object.ts';
import type { Cursor, ExchangeWatch, LogSink, LogSource } from '../../log/port.ts';
import { createPrivateFolder } from '../../state/private-files.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';
import type { Database } from '../database.ts';
import { settleWithin } from '../settle-within.ts';

export interface ShipLogDeps {
  readonly database: Database;
  readonly source: LogSource;
  readonly sink: LogSink;
  /** Where the place in the log is remembered, beside the log. */
  readonly folder: string;
  readonly cursorFile: string;
  readonly recorder: Pick<ExchangeWatch, 'subscribe' | 'active'>;
  /** 0: for ever. */
  readonly retentionDays: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Told when the database has been away for some seconds, and when it has everything again. */
  readonly tell: (text: string) => void;
  /** What is told then; absent: of the log. */
  readonly texts?: ShippingTexts;
  /** How long what happens may wait for company, so that fewer and larger pieces are sent. */
  readonly gatherMs?: number;
}

interface ShippingTexts {
  /** @param exchanges such as `3 exchanges` */
  readonly behind: (exchanges: string) => string;
  readonly whole: string;
}

const OF_THE_LOG: ShippingTexts = {
  behind: (exchanges) =>
    `The log in PostgreSQL is behind: ${exchanges} wait in the journal of this gateway, and more as they end.`,
  whole: 'The log in PostgreSQL has everything again.',
};

/** How far the database is behind the journal of this gateway. */
interface LogLag {
  /** Exchanges that have ended since the start and are not in the database. */
  readonly behind: number;
  /** For how long the oldest of them has waited. */
  readonly behindMs: number;
}

export interface LogShipping {
  readonly lag: LogLag;
  /** Resolves when all that had ended before the call is in the database. */
  caughtUp(): Promise<void>;
  /** Sends what is left, where the database answers. */
  close(): Promise<void>;
}

/** Rows of one transaction. */
const BATCH = 500;
const TRY_AGAIN_MS = 500;
const TELL_AFTER_MS = 2_000;
const CLOSE_WITHIN_MS = 3_000;
const BREAK_OFF_MS = 500;
const ENFORCE_EVERY_MS = 3_600_000;
const FIRST_ENFORCE_MS = 60_000;
/** As `MIN_SIGHTINGS` of the sink counts on. */
const TEND_EVERY_MS = 15_000;
/** What the journal itself has given up is not waited for. */
const GIVEN_UP_AFTER_MS = 10_000;
const MAX_COUNTED = 100_000;
const MAX_CURSOR_BYTES = 2 ** 20;

interface Shipped {
  readonly database: string;
  readonly cursor: Cursor;
}

const readShipped = (path: string): Shipped | undefined => {
  const found = readRegularFile(path, { maxBytes: MAX_CURSOR_BYTES, followLinks: false });
  const value = found.kind === 'file' ? parseJson(found.bytes.toString('utf8')) : undefined;
  if (!isObject(value) || typeof value.database !== 'string' || typeof value.cursor !== 'string')
    return undefined;
  return { database: value.database, cursor: value.cursor };
};

/**
 * Copies the journal into the database, batch by batch, and again until it has taken them. The journal goes on
 * meanwhile, and so do requests: nobody waits for this.
 */
export const shipLog = (deps: ShipLogDeps): LogShipping => {
  const { database, source, sink, folder, cursorFile, recorder, retentionDays, now, tell } = deps;
  const { texts = OF_THE_LOG, gatherMs = 0 } = deps;
  /** Exchanges that have ended, and when; the oldest first. */
  const waiting = new Map<string, number>();
  const stop = new AbortController();
  /** Since when the database has taken nothing. */
  let failingSinceMs: number | undefined;
  let isTold = false;
  let looks = 0;
  const waitingForLook = new Set<() => void>();
  /** Ended by who waits for what has gathered. */
  let gathering = new AbortController();

  const unsubscribe = recorder.subscribe(({ type, record }) => {
    if (type === 'close' && waiting.size < MAX_COUNTED) waiting.set(record.id, now());
  });

  const count = (): string => `${waiting.size} ${waiting.size === 1 ? 'exchange' : 'exchanges'}`;
  const noteFailure = (): void => {
    failingSinceMs ??= now();
    if (isTold || now() - failingSinceMs < TELL_AFTER_MS) return;
    isTold = true;
    tell(texts.behind(count()));
  };
  const noteCaughtUp = (): void => {
    failingSinceMs = undefined;
    if (!isTold) return;
    isTold = false;
    tell(texts.whole);
  };
  const insist = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
    while (!stop.signal.aborted) {
      try {
        return await work();
      } catch {
        noteFailure();
        // `trouble` of the database says why.
        await pause(TRY_AGAIN_MS, undefined, { signal: stop.signal, ref: false }).catch(() => {});
      }
    }
    return undefined;
  };
  const findDatabaseId = async (): Promise<string> => {
    const [row] = await database.query<{ id: string }>(
      `SELECT convert_from(value, 'UTF8') AS id FROM gomodel.secrets WHERE name = 'database-id'`,
    );
    return row?.id ?? '';
  };
  const save = async (shipped: Shipped): Promise<void> => {
    // Where it cannot be written, the next start tells the same again.
    try {
      createPrivateFolder(folder);
      await replacePrivateFile(cursorFile, JSON.stringify({ schemaVersion: 1, ...shipped }));
    } catch {}
  };

  const wakeAll = (): void => {
    for (const wake of waitingForLook) wake();
    waitingForLook.clear();
  };

  const ship = async (): Promise<void> => {
    const id = await insist(findDatabaseId);
    if (id === undefined) return;
    const known = readShipped(cursorFile);
    // Another database has nothing of it yet.
    const from = known?.database === id ? known.cursor : undefined;
    for await (const { exchanges, cursor } of source.follow(from, stop.signal)) {
      for (let first = 0; first < exchanges.length; first += BATCH) {
        const batch = exchanges.slice(first, first + BATCH);
        const isPut = await insist(async () => {
          await sink.put(batch, source);
          return true;
        });
        if (!isPut) return;
        for (const { record, isEnded } of batch) if (isEnded) waiting.delete(record.id);
      }
      if (exchanges.length > 0) await save({ database: id, cursor });
      else {
        forgetLost();
        noteCaughtUp();
      }
      looks++;
      wakeAll();
      if (exchanges.length > 0 && gatherMs > 0) await gather();
    }
  };
  const gather = async (): Promise<void> => {
    const { signal } = gathering;
    await pause(gatherMs, undefined, { signal, ref: false }).catch(() => {});
    gathering = new AbortController();
  };
  const forgetLost = (): void => {
    for (const [id, endedAtMs] of waiting) {
      if (now() - endedAtMs < GIVEN_UP_AFTER_MS) return;
      waiting.delete(id);
    }
  };
  const shipping = ship().catch(() => {});

  const enforce = (): void => void sink.enforce({ retentionDays }).catch(() => {});
  const timer = setInterval(enforce, ENFORCE_EVERY_MS).unref();
  // Who is restarted every day, or finds everybody at work each hour, must get round to it as well.
  const first = setTimeout(enforce, FIRST_ENFORCE_MS).unref();
  // Where the database is away, nobody is seen.
  const tend = (): void => void sink.tend?.().catch(() => {});
  const tending = setInterval(tend, TEND_EVERY_MS).unref();

  const caughtUp = async (): Promise<void> => {
    // The look that runs may have begun before: the one behind it has not.
    const wanted = looks + 2;
    // One look reads a part of what is there where that is much.
    const ended = [...waiting.keys()];
    const isShipped = (): boolean => {
      while (ended.length > 0 && !waiting.has(ended.at(-1) ?? '')) ended.pop();
      return ended.length === 0;
    };
    while ((looks < wanted || !isShipped()) && !stop.signal.aborted) {
      gathering.abort();
      await new Promise<void>((resolve) => waitingForLook.add(resolve));
    }
  };
  return {
    get lag() {
      const [oldest] = waiting.values();
      return { behind: waiting.size, behindMs: oldest === undefined ? 0 : Math.round(now() - oldest) };
    },
    caughtUp,
    close: async () => {
      clearInterval(timer);
      clearTimeout(first);
      clearInterval(tending);
      await settleWithin(CLOSE_WITHIN_MS, [caughtUp()]);
      stop.abort();
      gathering.abort();
      wakeAll();
      unsubscribe();
      // What hangs is broken off with the connections; the next run tells it again.
      await settleWithin(BREAK_OFF_MS, [shipping]);
    },
  };
};
