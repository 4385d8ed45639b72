import process from 'node:process';
import { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { createAgent } from '../../forward/send/create-agent.ts';
import { type ConfiguredProvider, hasCredential } from '../../providers/configured-provider.ts';
import { ownProxyOf } from '../../providers/upstream.ts';
import type { CommandContext } from '../context.ts';
import { checkProvider } from '../providers/check-provider.ts';
import { openLists } from '../providers/open-lists.ts';
import { CONFIG_OPTION, type ConfigFlags, ENV_FILE_OPTION, readConfig } from '../read-config.ts';
import { createColour } from '../render/colour.ts';
import { plainLine } from '../render/plain-text.ts';
import { type ProviderRow, renderProviders } from '../render/provider-rows.ts';
import { screenOf } from '../render/tail/screen.ts';

interface ProvidersFlags extends ConfigFlags {
  readonly check?: true;
  readonly json?: true;
  readonly provider?: string;
}

const EXAMPLES = `
The line marked * receives the models that no prefix, alias or list assigns to another provider. The API in
parentheses is the one that requests are translated into.

Examples:
  $ npx gomodel-ts providers                     what is configured, and how
  $ npx gomodel-ts providers --check             tests each: about 15 tokens in, 16 out at most
  $ npx gomodel-ts providers --check --json | jq 'select(.check.state == "failed")'
`;

const toJson = ({ provider, isDefault, models, check }: ProviderRow): string => {
  const { id, spec, baseUrl, apiKeyOrigin = null, keyVariable, native } = provider;
  return `${JSON.stringify({
    schemaVersion: 1,
    id,
    type: spec.id,
    title: spec.title,
    isDefault,
    host: baseUrl.host,
    key: {
      isSet: hasCredential(provider),
      origin: apiKeyOrigin,
      variable: keyVariable,
      isNeeded: !spec.keyless,
    },
    native: native ?? spec.native,
    dialect: spec.dialect,
    models: models ?? null,
    quirks: spec.quirks,
    ...(check && { check }),
  })}\n`;
};

const select = ({ providers }: GatewayConfig, id: string | undefined): readonly ConfiguredProvider[] => {
  if (id === undefined) return providers;
  const found = providers.filter((provider) => provider.id === id);
  if (found.length > 0) return found;
  const known = providers.map((provider) => provider.id).join(', ');
  throw new GatewayError('invalid_usage', `There is no provider "${id}". Configured: ${known}.`);
};

const show = async (flags: ProvidersFlags, context: CommandContext): Promise<void> => {
  const { stdout, stderr, env } = context;
  const config = await readConfig(flags, context);
  const chosen = select(config, flags.provider);
  const lists = await openLists(config, systemClock);
  const rows = await Promise.all(
    chosen.map(async (provider): Promise<ProviderRow> => {
      const agent = createAgent(provider.baseUrl, config.proxies, ownProxyOf(provider).proxy);
      const check = flags.check ? await checkProvider(provider, agent) : undefined;
      agent.destroy();
      const { length: known } = lists.modelsOf(provider.id);
      const counted = check?.state === 'ok' ? check.listed : undefined;
      const isKnown = known > 0 || lists.stateOf(provider.id).fetchedAtMs !== undefined;
      const isDefault = provider.id === config.defaultProvider;
      return { provider, isDefault, models: counted ?? (isKnown ? known : undefined), check };
    }),
  );
  await lists.close();
  if (flags.json) for (const row of rows) stdout.write(toJson(row));
  else {
    stdout.write(renderProviders(rows, createColour(stdout, env), screenOf(stdout, env).columns));
    for (const notice of config.notices) stderr.write(`gomodel-ts: ${plainLine(notice)}\n`);
  }
  process.exitCode = rows.some(({ check }) => check?.state === 'failed') ? 1 : 0;
};

/** `gomodel-ts providers`: who is configured, and whether they answer. */
export const providersCommand = (context: CommandContext): Command =>
  new Command('providers')
    .summary('list the configured providers, and test them')
    .description('Lists the providers that are configured here; with --check, sends each a tiny request.')
    .option('--check', 'test each with a tiny real request')
    .option('--provider <name>', 'only this provider')
    .option('--json', 'print one line of JSON per provider')
    .option(...CONFIG_OPTION)
    .option(...ENV_FILE_OPTION)
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .addHelpText('after', EXAMPLES)
    .action((flags: ProvidersFlags) => show(flags, context));
