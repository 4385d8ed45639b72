import { Command } from 'commander';
import { explainConfig } from '../../config/explain-config.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { CommandContext } from '../context.ts';
import { CONFIG_OPTION, type ConfigFlags, ENV_FILE_OPTION, placesOf, readSources } from '../read-config.ts';
import { createColour } from '../render/colour.ts';
import { renderConfig } from '../render/config-rows.ts';
import { plainLine } from '../render/plain-text.ts';
import { screenOf } from '../render/tail/screen.ts';

interface ShowFlags extends ConfigFlags {
  readonly showOrigin?: true;
  readonly json?: true;
}

const EXAMPLES = `
Secrets are never printed; for a key, only whether it is set and where.

Examples:
  $ npx gomodel-ts config                    every setting and its value
  $ npx gomodel-ts config --show-origin      and where it came from: a flag, a variable, a line of the file
  $ npx gomodel-ts config --json | jq -r 'select(.origin != "default") | .setting'
`;

const show = async (flags: ShowFlags, context: CommandContext): Promise<void> => {
  const { stdout, stderr, env } = context;
  const sources = await readSources(flags, context);
  const settings = explainConfig(sources, placesOf(flags, sources));
  if (flags.json) {
    for (const { name, variable = null, isSecret, value = null, origin = null } of settings) {
      const said = isSecret ? { secret: true, isSet: value !== null } : { value };
      stdout.write(`${JSON.stringify({ schemaVersion: 1, setting: name, ...said, origin, variable })}\n`);
    }
  } else {
    const { columns } = screenOf(stdout, env);
    const colour = createColour(stdout, env);
    stdout.write(renderConfig(settings, { showOrigin: flags.showOrigin === true, colour, columns }));
  }
  for (const notice of loadConfig(sources).notices) stderr.write(`gomodel-ts: ${plainLine(notice)}\n`);
};

/** `gomodel-ts config`: every setting as it holds here and now. */
export const configCommand = (context: CommandContext): Command =>
  new Command('config')
    .summary('show every setting and its source')
    .description(
      'Shows the effective value of every setting: a flag wins over the environment, then .env, gomodel.yaml and the default. Files in the working folder count only if they are named or trusted.',
    )
    .option('--show-origin', 'also show where each value comes from')
    .option('--json', 'print one line of JSON per setting')
    .option(...CONFIG_OPTION)
    .option(...ENV_FILE_OPTION)
    .option('-p, --port <port>', 'as if passed to serve')
    .option('--host <host>', 'as if passed to serve')
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .addHelpText('after', EXAMPLES)
    .action((flags: ShowFlags) => show(flags, context));
