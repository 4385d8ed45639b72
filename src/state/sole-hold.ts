import { statSync, unlinkSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseJson } from '../base/json-object.ts';
import { withFileLock } from './file-lock.ts';
import { createPrivateFolder } from './private-files.ts';
import {
  HEARTBEAT_MS,
  isAlive,
  ownIdentity,
  type ProcessIdentity,
  parseIdentity,
} from './process-identity.ts';
import { readRegularFile } from './read-regular-file.ts';
import { replacePrivateFile } from './replace-private-file.ts';

const MAX_BYTES = 4_096;

/** Something that one process at a time has for as long as it lives. */
export type Hold =
  | { readonly kind: 'held'; release(): void }
  /** By another living process, or by this one already. */
  | { readonly kind: 'taken'; readonly pid: number };

const ownerOf = (path: string): ProcessIdentity | undefined => {
  const found = readRegularFile(path, { maxBytes: MAX_BYTES, followLinks: false });
  return found.kind === 'file' ? parseIdentity(parseJson(found.bytes.toString('utf8'))) : undefined;
};

/**
 * Takes what a file stands for, where no living process has it: a killed one frees what it held by its death.
 * Where processes cannot be asked, as between containers, one is dead that has not touched its file for two minutes.
 * @param path names whoever holds it; not the file that is protected
 * @throws the system's error; GatewayError command_failed, as `withFileLock`
 */
export const takeHold = (path: string): Promise<Hold> => {
  createPrivateFolder(dirname(path));
  return withFileLock(`${path}.lock`, async () => {
    const owner = ownerOf(path);
    if (owner && isAlive(owner, statSync(path).mtimeMs, Date.now())) return { kind: 'taken', pid: owner.pid };
    await replacePrivateFile(path, JSON.stringify(ownIdentity()));
    const heartbeat = setInterval(() => {
      const now = new Date();
      // A file that somebody has deleted is not made again: whoever did so wanted another process to have it.
      utimes(path, now, now).catch(() => {});
    }, HEARTBEAT_MS).unref();
    return {
      kind: 'held',
      release: () => {
        clearInterval(heartbeat);
        try {
          const { pid, startTicks } = ownerOf(path) ?? {};
          const own = ownIdentity();
          if (pid === own.pid && startTicks === own.startTicks) unlinkSync(path);
        } catch {
          // The process ends, and frees it by that.
        }
      },
    };
  });
};
