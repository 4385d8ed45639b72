import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrivateFolder } from '../../state/private-files.ts';
import type { ClientEvent, ClientEventLog } from './client-event.ts';
import { parseEvent } from './parse-event.ts';

export interface EventLogDeps {
  readonly dataDir: string;
  /** 0: for ever. */
  readonly retentionDays: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Of one conversation; a day's work has some 100 KB. */
const MAX_FILE_BYTES = 2 ** 20;
const MAX_ALL_BYTES = 64 * 2 ** 20;
/** What waits to be written. */
const MAX_WAITING = 20_000;
const MAX_IDS = 100;
const TIDY_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

const folderOf = (dataDir: string): string => join(dataDir, 'telemetry');

/** A conversation's id is whatever a client says: it becomes no path. */
const fileOf = (dataDir: string, conversationId: string): string =>
  join(folderOf(dataDir), `${createHash('sha256').update(conversationId).digest('hex').slice(0, 32)}.jsonl`);

const readEvents = async (dataDir: string, id: string): Promise<ClientEvent[]> => {
  const text = await readFile(fileOf(dataDir, id), 'utf8').catch(() => '');
  return text
    .split('\n')
    .map(parseEvent)
    .filter((event) => event !== undefined);
};

/** Reads what is there, with or without a gateway that writes. @param ids sessions and threads */
export const readClientEvents = async (
  dataDir: string,
  ids: readonly string[],
): Promise<readonly ClientEvent[]> => {
  const found: ClientEvent[] = [];
  for (const id of new Set(ids.slice(0, MAX_IDS))) found.push(...(await readEvents(dataDir, id)));
  return found.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
};

interface File {
  readonly path: string;
  readonly bytes: number;
  readonly writtenAtMs: number;
}

const listFiles = async (folder: string): Promise<File[]> => {
  const names = await readdir(folder).catch(() => []);
  const files = names
    .filter((name) => /^[\da-f]{32}\.jsonl$/.test(name))
    .map(async (name): Promise<File | undefined> => {
      const path = join(folder, name);
      const facts = await stat(path).catch(() => undefined);
      return facts && { path, bytes: facts.size, writtenAtMs: facts.mtimeMs };
    });
  return (await Promise.all(files)).filter((file) => file !== undefined);
};

/** Deletes what is too old, and of the rest the oldest that is too much. */
const tidy = async ({ dataDir, retentionDays, now }: EventLogDeps): Promise<void> => {
  const files = await listFiles(folderOf(dataDir));
  const newestFirst = files.sort((one, other) => other.writtenAtMs - one.writtenAtMs);
  const oldestMs = retentionDays === 0 ? 0 : now() - retentionDays * DAY_MS;
  let kept = 0;
  for (const { path, bytes, writtenAtMs } of newestFirst) {
    kept += bytes;
    if (writtenAtMs < oldestMs || kept > MAX_ALL_BYTES) await rm(path, { force: true });
  }
};

const takeFitting = (lines: readonly Buffer[], maxBytes: number): readonly Buffer[] => {
  let bytes = 0;
  const tooMany = lines.findIndex(({ length }) => {
    bytes += length;
    return bytes > maxBytes;
  });
  return tooMany < 0 ? lines : lines.slice(0, tooMany);
};

/** The events of all conversations, one file for each, so that a session's are found without an index. */
export const openEventLog = (deps: EventLogDeps): ClientEventLog => {
  const { dataDir } = deps;
  const waiting: ClientEvent[] = [];
  let writing: Promise<void> | undefined;
  let tidiedAtMs = Number.NEGATIVE_INFINITY;

  const write = async (batch: readonly ClientEvent[]): Promise<void> => {
    ensurePrivateFolder(folderOf(dataDir));
    const lines = new Map<string, Buffer[]>();
    for (const event of batch) {
      const path = fileOf(dataDir, event.conversationId);
      const own = lines.get(path) ?? [];
      own.push(Buffer.from(`${JSON.stringify(event)}\n`));
      lines.set(path, own);
    }
    for (const [path, own] of lines) {
      const { size } = await stat(path).catch(() => ({ size: 0 }));
      await appendFile(path, Buffer.concat(takeFitting(own, MAX_FILE_BYTES - size)), { mode: 0o600 });
    }
    if (deps.now() - tidiedAtMs < TIDY_EVERY_MS) return;
    tidiedAtMs = deps.now();
    await tidy(deps);
  };
  const writeAll = async (): Promise<void> => {
    // The page shows less where the disk is full; the exchanges say so already.
    while (waiting.length > 0) await write(waiting.splice(0)).catch(() => {});
    writing = undefined;
  };
  const flush = async (): Promise<void> => writing;

  return {
    add: (events) => {
      waiting.push(...events.slice(0, MAX_WAITING - waiting.length));
      if (waiting.length > 0) writing ??= writeAll();
    },
    of: async (ids) => {
      await flush();
      return readClientEvents(dataDir, ids);
    },
    flush,
    close: flush,
  };
};
