import { hash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, nonEmptyString, parseJson } from '../../base/json-object.ts';
import { withFileLock } from '../../state/file-lock.ts';
import { ensurePrivateFolder } from '../../state/private-files.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';

/** What this user has of a gateway. */
export interface KeptTokens {
  readonly gateway: string;
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
  /** How long the access token was valid when it was issued. */
  readonly lifeMs: number;
  readonly refreshToken: string | undefined;
  /** Whom the gateway knows. */
  readonly email: string | undefined;
}

const MAX_BYTES = 64 * 1024;

const parse = (text: string): KeptTokens | undefined => {
  const kept = parseJson(text);
  if (!isObject(kept)) return undefined;
  const { gateway, accessToken, expiresAtMs, lifeMs } = kept;
  if (typeof gateway !== 'string' || typeof accessToken !== 'string') return undefined;
  return {
    gateway,
    accessToken,
    expiresAtMs: typeof expiresAtMs === 'number' ? expiresAtMs : 0,
    lifeMs: typeof lifeMs === 'number' ? lifeMs : 0,
    refreshToken: nonEmptyString(kept.refreshToken),
    email: nonEmptyString(kept.email),
  };
};

/** The tokens of one gateway, in a file of the data folder that only its owner can read. */
export const openTokenFile = (dataDir: string, gateway: string) => {
  const folder = join(dataDir, 'tokens');
  const path = join(folder, `${hash('sha256', gateway, 'hex').slice(0, 32)}.json`);
  return {
    read: (): KeptTokens | undefined => {
      const found = readRegularFile(path, { maxBytes: MAX_BYTES, followLinks: false });
      const kept = found.kind === 'file' ? parse(found.bytes.toString('utf8')) : undefined;
      return kept?.gateway === gateway ? kept : undefined;
    },
    /** @param kept undefined: takes the file away */
    write: async (kept: KeptTokens | undefined): Promise<void> => {
      ensurePrivateFolder(folder);
      if (kept) await replacePrivateFile(path, JSON.stringify(kept));
      else await rm(path, { force: true });
    },
    /** Runs work while no other process of this user does: a refresh token counts once. */
    alone: <Result>(work: () => Promise<Result>): Promise<Result> => {
      ensurePrivateFolder(folder);
      return withFileLock(`${path}.lock`, work);
    },
  };
};

export type TokenFile = ReturnType<typeof openTokenFile>;
