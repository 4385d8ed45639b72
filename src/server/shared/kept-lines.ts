import { appendFile } from 'node:fs/promises';
import { parseJson } from '../../base/json-object.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';

const MAX_BYTES = 16 * 2 ** 20;
const FILE_MODE = 0o600;

export interface KeptLinesInput<Entry> {
  readonly path: string;
  /** Of two entries with one key the later one holds. */
  readonly keyOf: (entry: Entry) => string;
  /** @returns undefined where it is none */
  readonly parse: (value: unknown) => Entry | undefined;
  readonly maxEntries: number;
  /** Whether an entry no longer holds. */
  readonly isOver?: (entry: Entry) => boolean;
}

interface KeptLines<Entry> {
  load(): readonly Entry[];
  keep(entry: Entry): void;
}

/**
 * Keeps entries in a file: a line for each, added when it comes, and all of it written anew before it grows without
 * end. Where it cannot be written, a gateway that starts again does not know them.
 */
export const openKeptLines = <Entry>(input: KeptLinesInput<Entry>): KeptLines<Entry> => {
  const { path, keyOf, parse, maxEntries, isOver = () => false } = input;
  const kept = new Map<string, Entry>();
  let lines = 0;
  let waiting: Entry[] = [];
  let isWriting = false;

  const linesOf = (entries: Iterable<Entry>): string =>
    [...entries].map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const enter = (entry: Entry): void => {
    kept.delete(keyOf(entry));
    kept.set(keyOf(entry), entry);
    for (const [key, oldest] of kept) {
      if (kept.size <= maxEntries && !isOver(oldest)) break;
      kept.delete(key);
    }
  };
  const parseLine = (line: string): Entry | undefined => {
    try {
      return parse(parseJson(line));
    } catch {
      // Whoever wrote it was killed meanwhile.
      return undefined;
    }
  };
  const writeOnce = async (): Promise<void> => {
    const added = waiting;
    waiting = [];
    lines += added.length;
    if (lines <= 2 * maxEntries) {
      await appendFile(path, linesOf(added), { mode: FILE_MODE });
      return;
    }
    lines = kept.size;
    await replacePrivateFile(path, linesOf(kept.values()));
  };
  /** Never rejects. */
  const write = async (): Promise<void> => {
    isWriting = true;
    while (waiting.length > 0) await writeOnce().catch(() => {});
    isWriting = false;
  };

  return {
    load: () => {
      const found = readRegularFile(path, { maxBytes: MAX_BYTES, followLinks: false });
      if (found.kind !== 'file') return [];
      const all = found.bytes.toString('utf8').split('\n');
      lines = all.length;
      for (const line of all) {
        const entry = line === '' ? undefined : parseLine(line);
        if (entry !== undefined) enter(entry);
      }
      return [...kept.values()];
    },
    keep: (entry) => {
      enter(entry);
      waiting.push(entry);
      if (!isWriting) void write();
    },
  };
};
