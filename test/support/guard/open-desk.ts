import { openAdminLog } from '../../../src/guard/admin-log.ts';
import { openFileKeyStore } from '../../../src/guard/keys/file-key-store.ts';
import { createKeyDesk, type KeyDesk } from '../../../src/guard/keys/key-desk.ts';

/** The keys of a data folder, as the command line changes them beside a gateway. */
export const openDesk = (dataDir: string): KeyDesk =>
  createKeyDesk({
    store: openFileKeyStore(dataDir),
    log: openAdminLog(dataDir),
    now: () => Date.now(),
    by: 'cli:test',
  });
