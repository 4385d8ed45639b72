import process from 'node:process';
import { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import { createServedModels } from '../../providers/served-models.ts';
import type { CommandContext } from '../context.ts';
import { openLists } from '../providers/open-lists.ts';
import { CONFIG_OPTION, type ConfigFlags, ENV_FILE_OPTION, readConfig } from '../read-config.ts';
import { createColour } from '../render/colour.ts';
import { renderModels } from '../render/model-rows.ts';
import { plainLine } from '../render/plain-text.ts';
import { screenOf } from '../render/tail/screen.ts';

interface ModelsFlags extends ConfigFlags {
  readonly json?: true;
  readonly provider?: string;
  readonly refresh: boolean;
}

const EXAMPLES = `
You can ask for a model by either name: the first is the shortest that works, the second always works.

Examples:
  $ npx gomodel-ts models                        everything you can ask for
  $ npx gomodel-ts models --provider groq        of one provider
  $ npx gomodel-ts models --json | jq -r .name
`;

const show = async (flags: ModelsFlags, context: CommandContext): Promise<void> => {
  const { stdout, stderr, env } = context;
  const config = await readConfig(flags, context);
  const { provider: only } = flags;
  const ids = config.providers.map(({ id }) => id);
  if (only !== undefined && !ids.includes(only)) {
    throw new GatewayError('invalid_usage', `There is no provider "${only}". Configured: ${ids.join(', ')}.`);
  }
  const lists = await openLists(config, systemClock);
  if (flags.refresh) await lists.refresh();
  const all = await createServedModels({ ...config, lists }).all();
  await lists.close();
  const models = all.filter(({ provider }) => only === undefined || provider === only);
  if (flags.json) {
    for (const { name, provider, upstreamModel, ...facts } of models) {
      const qualified = `${provider}/${upstreamModel}`;
      stdout.write(
        `${JSON.stringify({ schemaVersion: 1, name, qualified, provider, upstreamModel, ...facts })}\n`,
      );
    }
  } else {
    stdout.write(renderModels(models, createColour(stdout, env), screenOf(stdout, env).columns));
  }
  const silent = ids
    .filter((id) => only === undefined || id === only)
    .flatMap((id) => {
      const { problem } = lists.stateOf(id);
      return problem === undefined ? [] : [`${id} gave no list: ${problem}.`];
    });
  for (const notice of config.notices) stderr.write(`gomodel-ts: ${plainLine(notice)}\n`);
  for (const line of silent) stderr.write(`gomodel-ts: ${plainLine(line)}\n`);
  process.exitCode = silent.length > 0 && models.length === 0 ? 1 : 0;
};

/** `gomodel-ts models`: what can be asked for. */
export const modelsCommand = (context: CommandContext): Command =>
  new Command('models')
    .summary('list the models you can ask for')
    .description('Lists the models of all configured providers, and the aliases, by the names to ask for.')
    .option('--provider <name>', 'only models of this provider')
    .option('--no-refresh', 'use the lists fetched before; ask no provider')
    .option('--json', 'print one line of JSON per model')
    .option(...CONFIG_OPTION)
    .option(...ENV_FILE_OPTION)
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .addHelpText('after', EXAMPLES)
    .action((flags: ModelsFlags) => show(flags, context));
