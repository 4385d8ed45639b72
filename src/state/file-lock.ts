import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../base/errors.ts';
import { parseJson } from '../base/json-object.ts';
import { hasErrorCode } from '../base/system-error.ts';
import { openOwnFile } from './private-files.ts';
import { isAlive, ownIdentity, parseIdentity } from './process-identity.ts';

const WAIT_MS = 5_000;
const RETRY_MS = 15;
/** A lock without a readable owner: its process died between making and filling it. */
const UNFILLED_MS = 2_000;

/** A process identity takes 100 to 200. */
const MAX_LOCK_BYTES = 4096;
/** What opening a link, a socket or a device without a driver fails with. */
const FOREIGN = ['ELOOP', 'EMLINK', 'ENXIO', 'ENODEV'] as const;

/** What Windows answers for a file that is being deleted, or that a virus scanner looks at. */
const BUSY = ['EPERM', 'EACCES', 'EBUSY'] as const;

/** Whether an error will pass: the same codes mean for good that a folder must not be written to. */
const isPassing = async (cause: unknown, path: string): Promise<boolean> =>
  hasErrorCode(cause, ...BUSY) &&
  access(dirname(path), constants.W_OK).then(
    () => true,
    () => false,
  );

/** @returns true where the lock is held now, else why it is not */
const tryLock = async (path: string): Promise<true | { readonly cause: unknown }> => {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(JSON.stringify(ownIdentity()));
    await file.close();
    return true;
  } catch (cause) {
    if (hasErrorCode(cause, 'EEXIST') || (await isPassing(cause, path))) return { cause };
    throw cause;
  }
};

const refuseForeignFile = (path: string, cause?: unknown): never => {
  throw new GatewayError(
    'command_failed',
    `${path} is not a lock file of gomodel-ts: it is a link, is not a regular file, or is larger than ${MAX_LOCK_BYTES} bytes. Move it away.`,
    { cause },
  );
};

/**
 * Reads what somebody may have put in a lock's place: never through a link, without waiting, and no more than a
 * lock can hold.
 */
const readLock = async (path: string): Promise<{ readonly text: string; readonly mtimeMs: number }> => {
  const file = await openOwnFile(path, 'read').catch((cause: unknown) => {
    if (hasErrorCode(cause, ...FOREIGN)) return refuseForeignFile(path, cause);
    throw cause;
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return refuseForeignFile(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_LOCK_BYTES + 1));
    if (bytesRead > MAX_LOCK_BYTES) return refuseForeignFile(path);
    return { text: buffer.toString('utf8', 0, bytesRead), mtimeMs: stat.mtimeMs };
  } finally {
    await file.close();
  }
};

/** @returns what a lock holds whose owner is dead */
const readStale = async (path: string): Promise<string | undefined> => {
  try {
    const { text, mtimeMs } = await readLock(path);
    const owner = parseIdentity(parseJson(text));
    const isHeld = owner ? isAlive(owner, mtimeMs, Date.now()) : Date.now() - mtimeMs < UNFILLED_MS;
    return isHeld ? undefined : text;
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT', ...BUSY)) return undefined;
    throw cause;
  }
};

/** Takes a dead process's lock away. Somebody else may have done so, and hold it: then it is put back. */
const breakLock = async (path: string, stale: string): Promise<void> => {
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(path, aside);
    if ((await readLock(aside)).text !== stale) await link(aside, path);
    await rm(aside, { force: true });
  } catch (cause) {
    if (!hasErrorCode(cause, 'ENOENT', 'EEXIST', ...BUSY)) throw cause;
  }
};

/**
 * Runs work while this process alone holds a lock file.
 * @throws GatewayError command_failed if another living process holds it for longer than 5 s, or where something
 *   else than a lock is in its place
 */
export const withFileLock = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  const giveUpAt = Date.now() + WAIT_MS;
  for (;;) {
    const outcome = await tryLock(path);
    if (outcome === true) break;
    const stale = await readStale(path);
    if (Date.now() > giveUpAt) {
      if (!hasErrorCode(outcome.cause, 'EEXIST')) throw outcome.cause;
      throw new GatewayError(
        'command_failed',
        `another gomodel-ts process has held ${path} for more than 5 s; stop it, or delete the file if there is no such process`,
      );
    }
    if (stale !== undefined) {
      await breakLock(path, stale);
    } else {
      await sleep(RETRY_MS * (1 + Math.random()));
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true, maxRetries: 5, retryDelay: RETRY_MS });
  }
};
