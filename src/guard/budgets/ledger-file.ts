import { closeSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { isObject, objectsOf, parseJson } from '../../base/json-object.ts';
import { createPrivateAppend, createPrivateFolder } from '../../state/private-files.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import type { Counters } from './ledger-counters.ts';

/** What one exchange, or a snapshot, adds to a window of a counter. */
interface LedgerEntry {
  readonly key: string;
  readonly startMs: number;
  /** In billionths of a USD, or tokens, by the budget's unit. */
  readonly spent: number;
  readonly tokens: number;
  readonly listNanoUsd: number;
}

export interface LedgerFile {
  /** Of the exchanges that the file holds apart: none is counted twice. */
  readonly settledIds: Iterable<string>;
  /** Writes one line at once: what this returns from survives a `kill -9`. Never throws. */
  append(exchangeId: string, entries: readonly LedgerEntry[]): void;
  /** Why the last line could not be written; or that lines of the file could not be read. */
  readonly problem: string | undefined;
  close(): void;
}

const MAX_BYTES = 256 * 2 ** 20;
/** A file that has grown so much is replaced by the sums of what it holds. */
const COMPACT_AFTER_BYTES = 16 * 2 ** 20;
const MAX_IDS = 10_000;

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const parseEntry = ({ key, startMs, spent, tokens, listNanoUsd }: Record<string, unknown>) =>
  typeof key === 'string' && [startMs, spent, tokens, listNanoUsd].every(isCount)
    ? ({ key, startMs, spent, tokens, listNanoUsd } as LedgerEntry)
    : undefined;

interface Line {
  readonly id: string;
  readonly entries: readonly LedgerEntry[];
}

const parseLine = (text: string): Line | undefined => {
  const line = parseJson(text);
  if (!isObject(line) || typeof line.id !== 'string') return undefined;
  const entries = objectsOf(line.entries).map(parseEntry);
  return entries.every((entry) => entry !== undefined) ? { id: line.id, entries } : undefined;
};

const add = (counters: Counters, { key, startMs, spent, tokens, listNanoUsd }: LedgerEntry): void => {
  const counted = counters.of(key, startMs);
  counted.spent += spent;
  counted.tokens += tokens;
  counted.listNanoUsd += listNanoUsd;
};

/** What all counters hold, one line each: their ids are empty. */
const snapshot = (counters: Counters): string => {
  let text = '';
  for (const [key, windows] of counters.entries()) {
    const entries = windows
      .filter(({ spent, tokens }) => spent !== 0 || tokens !== 0)
      .map(({ startMs, spent, tokens, listNanoUsd }) => ({ key, startMs, spent, tokens, listNanoUsd }));
    if (entries.length > 0) text += `${JSON.stringify({ id: '', entries })}\n`;
  }
  return text;
};

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/**
 * What was spent, in an append-only file of its own (`ledger.jsonl`, mode 0600): one line for each exchange that
 * closes, added up again at the next start. The log is no substitute: it is deleted by age and size, and a price
 * that changes later would change what was spent.
 * @param counters gets what the file holds
 */
export const openLedgerFile = (path: string, counters: Counters): LedgerFile => {
  const ids: string[] = [];
  let problem: string | undefined;
  const found = readRegularFile(path, { maxBytes: MAX_BYTES, followLinks: false });
  if (found.kind === 'unusable') problem = `${path} ${found.problem}: what was spent before is not known.`;
  const lines = found.kind === 'file' ? found.bytes.toString('utf8').split('\n') : [];
  let unreadable = 0;
  for (const [index, text] of lines.entries()) {
    if (text === '') continue;
    const line = parseLine(text);
    // A killed process may leave half a line at the end; it belongs to an exchange that it had not told of.
    if (!line && index === lines.length - 1) continue;
    if (!line) unreadable++;
    else {
      if (line.id !== '') ids.push(line.id);
      for (const entry of line.entries) add(counters, entry);
    }
  }
  if (unreadable > 0) problem = `${path}: ${unreadable} lines cannot be read, and are not counted.`;

  let fd: number | undefined;
  let bytes = 0;
  let isClosed = false;
  /** Replaces the file by the sums of what it holds. */
  const compact = (): void => {
    const draft = `${path}.tmp`;
    createPrivateFolder(dirname(path));
    try {
      unlinkSync(draft);
    } catch {
      // None was left by an earlier process.
    }
    const next = createPrivateAppend(draft);
    ids.splice(0, Math.max(0, ids.length - MAX_IDS));
    const text = snapshot(counters) + ids.map((id) => `${JSON.stringify({ id, entries: [] })}\n`).join('');
    writeSync(next, text);
    renameSync(draft, path);
    if (fd !== undefined) closeSync(fd);
    fd = next;
    bytes = Buffer.byteLength(text);
  };
  const fail = (cause: unknown): void => {
    problem = `${path} cannot be written (${messageOf(cause)}): what is spent is lost when the gateway ends.`;
  };
  if (found.kind === 'file') {
    try {
      compact();
    } catch (cause) {
      fail(cause);
    }
  }

  return {
    settledIds: ids,
    append: (id, entries) => {
      if (found.kind === 'unusable' || isClosed) return;
      ids.push(id);
      try {
        // The file is created by the first exchange that costs something.
        if (fd === undefined) return compact();
        const line = `${JSON.stringify({ id, entries })}\n`;
        bytes += writeSync(fd, line);
        problem = unreadable > 0 ? problem : undefined;
        if (bytes > COMPACT_AFTER_BYTES) compact();
      } catch (cause) {
        fail(cause);
      }
    },
    get problem() {
      return problem;
    },
    close: () => {
      isClosed = true;
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
};
