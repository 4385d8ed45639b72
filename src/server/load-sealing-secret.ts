import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPrivateFolder } from '../state/private-files.ts';

const BYTES = 32;

const read = async (file: string): Promise<Buffer | undefined> => {
  const secret = await readFile(file).catch(() => undefined);
  return secret?.length === BYTES ? secret : undefined;
};

/**
 * The secret by which conversations carry what their provider wants back: made once, kept in the data
 * folder. It opens nothing else; without it, running conversations lose what their models have thought.
 * @returns one for this run alone where the folder cannot be written
 */
export const loadSealingSecret = async (dataDir: string): Promise<Buffer> => {
  const file = join(dataDir, 'sealing-secret');
  const known = await read(file);
  if (known) return known;
  const secret = randomBytes(BYTES);
  try {
    createPrivateFolder(dataDir);
    await writeFile(file, secret, { mode: 0o600, flag: 'wx' });
    return secret;
  } catch {
    // Another gateway may have been quicker.
    return (await read(file)) ?? secret;
  }
};
