import { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import { readStorage } from '../../config/read-storage.ts';
import type { CommandContext } from '../context.ts';
import { CONFIG_OPTION, type ConfigFlags, ENV_FILE_OPTION, readSources } from '../read-config.ts';

interface MigrateFlags extends ConfigFlags {
  readonly dryRun?: true;
}

const EXAMPLES = `
serve does the same when it first reaches the database. Run this if the gateway's own user may not create
tables.

Examples:
  $ STORAGE_TYPE=postgresql POSTGRES_URL=postgres://owner@db/gomodel npx gomodel-ts migrate --dry-run
`;

const migrateDatabase = async (
  flags: MigrateFlags,
  { stdout, stderr, ...rest }: CommandContext,
): Promise<void> => {
  const storage = readStorage(await readSources(flags, { stdout, stderr, ...rest }));
  if (storage.kind === 'files') {
    throw new GatewayError(
      'invalid_usage',
      'there is no database: set STORAGE_TYPE=postgresql and POSTGRES_URL. Files need no migration.',
    );
  }
  const { migrateNow } = await import('../../postgres/migrate-now.ts');
  const { place, migrations } = await migrateNow(storage, flags.dryRun === true);
  if (flags.dryRun) for (const { id, name, sql } of migrations) stdout.write(`-- ${id} ${name}\n${sql}\n`);
  const names = migrations.map(({ id, name }) => `${id} ${name}`).join(', ');
  const done = flags.dryRun ? 'would get' : 'has got';
  stderr.write(migrations.length === 0 ? `${place} is up to date.\n` : `${place} ${done}: ${names}.\n`);
};

/** `gomodel-ts migrate`: the tables of STORAGE_TYPE=postgresql. */
export const migrateCommand = (context: CommandContext): Command =>
  new Command('migrate')
    .summary('create or update the tables of a PostgreSQL database')
    .description('Brings the database of STORAGE_TYPE=postgresql up to date with this version.')
    .option('--dry-run', 'print the SQL and change nothing')
    .option('--data-dir <folder>', 'folder with gomodel.yaml (GOMODEL_HOME)')
    .option(...CONFIG_OPTION)
    .option(...ENV_FILE_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((flags: MigrateFlags) => migrateDatabase(flags, context));
