import type { StorageConfig } from '../../config/read-storage.ts';
import type { Step } from '../../probe/step.ts';

/** The database of several gateways answers, and has the tables of this version. @returns nothing where there is none */
export const checkStorage = async (storage: StorageConfig): Promise<readonly Step[]> => {
  if (storage.kind === 'files') return [];
  const name = 'Database';
  const { migrateNow } = await import('../../postgres/migrate-now.ts');
  try {
    const { place, migrations } = await migrateNow(storage, true);
    if (migrations.length === 0)
      return [{ name, state: 'ok', message: `${place} answers, and is up to date` }];
    return [
      {
        name,
        state: 'warning',
        message: `${place} answers, and lacks ${migrations.map(({ id, name: step }) => `${id} ${step}`).join(', ')}`,
        remedy: 'serve adds that when it starts; or run npx gomodel-ts migrate.',
      },
    ];
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const remedy =
      'Start the database, or correct POSTGRES_URL. Until then the gateway serves its master key.';
    return [{ name, state: 'failed', message, remedy }];
  }
};
