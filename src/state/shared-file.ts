import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Low } from 'lowdb';
import { hasErrorCode } from '../base/system-error.ts';
import { withFileLock } from './file-lock.ts';
import { createPrivateFolder } from './private-files.ts';
import { privateJsonFile } from './private-json-file.ts';

/** What was found after a change: the content, or why there is none. */
export type SharedContent<Content> =
  | { readonly kind: 'content'; readonly content: Content }
  | { readonly kind: 'unreadable'; readonly error: unknown };

/** A small JSON file that several processes read and change, and that they watch for each other's changes. */
export interface SharedFile<Content> {
  /** @throws what `parse` throws, or the system's error */
  load(): Promise<Content>;
  /**
   * Reads, changes and writes while no other process does.
   * @param change may throw: then nothing is written
   * @returns what was written
   */
  update(change: (current: Content) => Content): Promise<Content>;
  /**
   * Calls back after each change by any process, well within a second.
   * @returns a function that stops
   */
  watch(onChange: (found: SharedContent<Content>) => void): () => void;
}

interface SharedFileOptions<Content> {
  readonly path: string;
  /** @param value parsed JSON, or null if the file does not exist. @throws if the file must not hold that */
  readonly parse: (value: unknown) => Content;
  /** What is written of a content, where that is not the content itself. */
  readonly print?: (content: Content) => unknown;
}

/** File systems of containers and networks report no changes, so the file is looked at. */
const LOOK_EVERY_MS = 200;

/** A file is replaced with each change, so it has another inode, or at least another time. */
const versionOf = async (path: string): Promise<string> => {
  try {
    const { ino, mtimeMs, size } = await stat(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch (cause) {
    return hasErrorCode(cause, 'ENOENT') ? 'absent' : 'unreadable';
  }
};

export const openSharedFile = <Content>({
  path,
  parse,
  print = (content) => content,
}: SharedFileOptions<Content>): SharedFile<Content> => {
  const adapter = privateJsonFile(path);
  const load = async (): Promise<Content> => {
    // One for each look: a look and a change may be under way at once.
    const db = new Low<unknown>(adapter, null);
    await db.read();
    return parse(db.data);
  };
  return {
    load,
    update: async (change) => {
      createPrivateFolder(dirname(path));
      return withFileLock(`${path}.lock`, async () => {
        const next = change(await load());
        await new Low<unknown>(adapter, print(next)).write();
        return next;
      });
    },
    watch: (onChange) => {
      let known: string | undefined;
      let isStopped = false;
      let timer: NodeJS.Timeout | undefined;
      const look = async (): Promise<void> => {
        const version = await versionOf(path);
        if (version !== known) {
          const found = await load().then(
            (content): SharedContent<Content> => ({ kind: 'content', content }),
            (error: unknown): SharedContent<Content> => ({ kind: 'unreadable', error }),
          );
          // What was read may be older than a change that came meanwhile: then the next look sees that.
          known = version;
          if (!isStopped) onChange(found);
        }
        if (!isStopped) timer = setTimeout(() => void look(), LOOK_EVERY_MS).unref();
      };
      void look();
      return () => {
        isStopped = true;
        clearTimeout(timer);
      };
    },
  };
};
