import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { type AdminLog, openAdminLog } from '../../guard/admin-log.ts';
import { type BudgetStore, openBudgetStore } from '../../guard/budgets/budget-store.ts';
import { openFileKeyStore } from '../../guard/keys/file-key-store.ts';
import type { KeyStore } from '../../guard/keys/key-store.ts';
import { type LimitStore, openLimitStore } from '../../guard/limits/limit-store.ts';
import type { EntryStore } from '../../guard/people/entry-store.ts';
import type { PostgresStorage } from '../../postgres/open-storage.ts';

/** What all processes share that use one data folder, or one database. */
export interface SharedState {
  readonly keyStore: KeyStore;
  readonly adminLog: AdminLog;
  readonly budgetStore: BudgetStore;
  readonly limitStore: LimitStore;
  /** Of who has signed in; opened where somebody can. */
  readonly openEntryStore: () => Promise<EntryStore>;
  /** Absent where all of it is in the data folder. */
  readonly postgres: PostgresStorage | undefined;
  close(): Promise<void>;
}

/** Opens what the configuration names; a database need not be there yet. */
export const openSharedState = async (
  { dataDir, storage }: Pick<GatewayConfig, 'dataDir' | 'storage'>,
  clock: Clock,
): Promise<SharedState> => {
  if (storage.kind === 'files') {
    return {
      keyStore: openFileKeyStore(dataDir),
      adminLog: openAdminLog(dataDir),
      budgetStore: openBudgetStore(dataDir),
      limitStore: openLimitStore(dataDir),
      openEntryStore: async () => {
        const { openFileEntryStore } = await import('../../identity/sign-ins/file-entry-store.ts');
        return openFileEntryStore(dataDir, () => clock.now());
      },
      postgres: undefined,
      close: async () => {},
    };
  }
  // Who keeps files loads nothing of it.
  const { openPostgresStorage } = await import('../../postgres/open-storage.ts');
  const postgres = openPostgresStorage(storage, clock);
  const { keyStore, adminLog, budgetStore, limitStore, entryStore, close } = postgres;
  const openEntryStore = async (): Promise<EntryStore> => entryStore;
  return { keyStore, adminLog, budgetStore, limitStore, openEntryStore, postgres, close };
};
