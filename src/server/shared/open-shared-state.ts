import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { BodiesConfig } from '../../config/read-bodies.ts';
import { type AdminLog, openAdminLog } from '../../guard/admin-log.ts';
import { type BudgetStore, openBudgetStore } from '../../guard/budgets/budget-store.ts';
import { openFileKeyStore } from '../../guard/keys/file-key-store.ts';
import type { KeyStore } from '../../guard/keys/key-store.ts';
import { type LimitStore, openLimitStore } from '../../guard/limits/limit-store.ts';
import type { EndStore } from '../../guard/people/end-store.ts';
import type { EntryStore } from '../../guard/people/entry-store.ts';
import type { OpenObjects, PostgresStorage } from '../../postgres/open-storage.ts';
import { addressOfKeys } from '../../providers/credentials/aws/aws-source.ts';

/** Who has signed in, and what has ended before its time. */
interface SignInStores {
  readonly entries: EntryStore;
  readonly ends: EndStore;
}

/** What all processes share that use one data folder, or one database. */
export interface SharedState {
  readonly keyStore: KeyStore;
  readonly adminLog: AdminLog;
  readonly budgetStore: BudgetStore;
  readonly limitStore: LimitStore;
  /** Of who has signed in; opened where somebody can. */
  readonly openSignIns: () => Promise<SignInStores>;
  /** Absent where all of it is in the data folder. */
  readonly postgres: PostgresStorage | undefined;
  close(): Promise<void>;
}

const loadObjects = async (config: BodiesConfig, clock: Clock): Promise<OpenObjects> => {
  const { hostOf, openObjectStore } = await import('../../objects/object-store.ts');
  const { createAgent } = await import('../../forward/send/create-agent.ts');
  const agent = createAgent(hostOf(config), config.proxies);
  const asked = addressOfKeys(config.credentials);
  const keysAgent = asked?.protocol === 'https:' ? createAgent(asked, config.proxies) : undefined;
  return (onTrouble) =>
    openObjectStore({ config, agent, keysAgent, now: () => clock.monotonic(), onTrouble });
};

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
      openSignIns: async () => {
        const { openFileEntryStore } = await import('../../identity/sign-ins/file-entry-store.ts');
        const { openFileEndStore } = await import('../../identity/sign-ins/file-end-store.ts');
        const now = (): number => clock.now();
        return { entries: openFileEntryStore(dataDir, now), ends: openFileEndStore(dataDir, now) };
      },
      postgres: undefined,
      close: async () => {},
    };
  }
  // Who keeps files loads nothing of it.
  const { openPostgresStorage } = await import('../../postgres/open-storage.ts');
  const openObjects = storage.bodies && (await loadObjects(storage.bodies, clock));
  const postgres = openPostgresStorage(storage, clock, openObjects);
  const { keyStore, adminLog, budgetStore, limitStore, signIns, close } = postgres;
  const openSignIns = async (): Promise<SignInStores> => signIns;
  return { keyStore, adminLog, budgetStore, limitStore, openSignIns, postgres, close };
};
