import { userInfo } from 'node:os';
import { systemClock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import { openAdminLog } from '../../guard/admin-log.ts';
import { openFileKeyStore } from '../../guard/keys/file-key-store.ts';
import { createKeyDesk, type KeyDesk } from '../../guard/keys/key-desk.ts';
import type { CommandContext } from '../context.ts';
import { readDataFolder } from '../read-variables.ts';

/** The user of the machine, where the system knows one. */
const whoAmI = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
};

/**
 * Works on the keys of a data folder. A gateway that runs on it sees the changes by itself.
 * @throws GatewayError invalid_config, invalid_usage, and what the work throws
 */
export const atDesk = async (
  flags: { readonly dataDir?: string },
  context: CommandContext,
  work: (desk: KeyDesk) => Promise<void>,
): Promise<void> => {
  const dataDir = readDataFolder(flags, context);
  const desk = createKeyDesk({
    store: openFileKeyStore(dataDir),
    log: openAdminLog(dataDir),
    now: () => systemClock.now(),
    by: `cli:${whoAmI()}`,
  });
  try {
    await work(desk);
  } catch (error) {
    // On the command line, what is wrong with a value is wrong usage.
    const isUsage = error instanceof GatewayError && error.code === 'invalid_request';
    throw isUsage ? new GatewayError('invalid_usage', error.message, { cause: error }) : error;
  }
};
