import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { GatewayError } from '../../base/errors.ts';
import { hasErrorCode } from '../../base/system-error.ts';
import { createPrivateFolder } from '../../state/private-files.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';
import type { SharedState } from './open-shared-state.ts';

const FILE = 'sealing-secret';
const BYTES = 32;
/** A damaged secret is passed over; what is larger is something else. */
const MAX_BYTES = 4096;

const refuse = (file: string, problem: string): never => {
  throw new GatewayError(
    'invalid_config',
    `${file} ${problem}: someone else may know the secret. Delete it, and a new one will be created.`,
  );
};

/** @returns undefined where there is none, or it is damaged */
const read = (file: string): Buffer | undefined => {
  const found = readRegularFile(file, { maxBytes: MAX_BYTES, followLinks: false });
  if (found.kind === 'unusable') return refuse(file, found.problem);
  if (found.kind === 'absent') return undefined;
  const own = process.geteuid?.();
  if (own !== undefined && found.uid !== own) refuse(file, `belongs to the user ${found.uid}`);
  return found.bytes.length === BYTES ? found.bytes : undefined;
};

const writeNew = async (file: string, secret: Buffer): Promise<void> => {
  // Fails where there is a file, or a link, of that name.
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(secret);
  } finally {
    await handle.close();
  }
};

/**
 * The secret by which conversations carry what their provider wants back: made once, kept in the data
 * folder. It opens nothing else; without it, running conversations lose what their models have thought.
 * @returns one for this run alone where the folder cannot be written
 * @throws GatewayError invalid_config where it is a link, not a file, or another user's
 */
export const loadSealingSecret = async (dataDir: string): Promise<Buffer> => {
  const file = join(dataDir, FILE);
  const known = read(file);
  if (known) return known;
  const secret = randomBytes(BYTES);
  try {
    createPrivateFolder(dataDir);
    await writeNew(file, secret);
    return secret;
  } catch (cause) {
    if (!hasErrorCode(cause, 'EEXIST')) return secret;
    // Another gateway was quicker.
    return read(file) ?? secret;
  }
};

/**
 * The secret of all gateways of a database, so that each goes on with what another one has sealed. It is kept in the
 * data folder as well, for a start while the database is away.
 * @returns its own where nothing is shared, or the database does not answer
 */
export const shareSealingSecret = async (
  dataDir: string,
  own: Buffer,
  { postgres }: Pick<SharedState, 'postgres'>,
): Promise<Buffer> => {
  try {
    const shared = (await postgres?.shareSecret(FILE, own)) ?? own;
    if (shared.length !== BYTES) return own;
    // Where it cannot be written, the next start asks again.
    if (!shared.equals(own)) await replacePrivateFile(join(dataDir, FILE), shared).catch(() => {});
    return shared;
  } catch {
    return own;
  }
};
