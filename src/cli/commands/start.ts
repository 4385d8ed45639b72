import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { findGateways } from '../background/find-gateways.ts';
import { logFileOf, startGateway } from '../background/start-gateway.ts';
import { stopGateways } from '../background/stop-gateways.ts';
import type { CommandContext } from '../context.ts';
import { CONFIG_OPTION, ENV_FILE_OPTION } from '../read-config.ts';
import { readDataFolder } from '../read-variables.ts';

interface StartFlags {
  readonly port?: string;
  readonly host?: string;
  readonly workers?: string;
  readonly dataDir?: string;
  readonly config?: string;
  readonly envFile?: string;
  readonly demo?: true;
  readonly service?: true;
  readonly dryRun?: true;
  readonly yes?: true;
}

const argumentsOf = (flags: StartFlags): string[] => {
  const valued = [
    ['--port', flags.port],
    ['--host', flags.host],
    ['--workers', flags.workers],
    ['--data-dir', flags.dataDir],
    ['--config', flags.config],
    ['--env-file', flags.envFile],
  ] as const;
  return [
    ...valued.flatMap(([name, value]) => (value === undefined ? [] : [name, value])),
    ...(flags.demo ? ['--demo'] : []),
  ];
};

const start = async (flags: StartFlags, dataDir: string, context: CommandContext): Promise<void> => {
  const { url } = await startGateway(dataDir, argumentsOf(flags), context);
  context.stdout.write(
    `listening  ${url}/v1\ndashboard  ${url}/admin/dashboard\nsays       ${logFileOf(dataDir)}\n`,
  );
};

/** The folder and the file of variables are the service's own. */
const startService = async (flags: StartFlags, context: CommandContext): Promise<void> => {
  const { dataDir: _folder, envFile: _file, config, ...rest } = flags;
  const args = argumentsOf({ ...rest, ...(config && { config: resolve(context.cwd, config) }) });
  const { installService } = await import('../service/install-service.ts');
  const consent = { dryRun: flags.dryRun === true, yes: flags.yes === true };
  await installService({ dataDir: readDataFolder(flags, context), args, ...consent }, context);
};

const startOnce = async (flags: StartFlags, context: CommandContext): Promise<void> => {
  if (flags.service) return startService(flags, context);
  const dataDir = readDataFolder(flags, context);
  const running = (await findGateways(dataDir)).find(({ health }) => health);
  if (!running) return start(flags, dataDir, context);
  context.stdout.write(
    `It is already running: ${running.url}/v1 (pid ${running.pid}). \`gomodel-ts restart\` restarts it.\n`,
  );
};

const restart = async (flags: StartFlags, context: CommandContext): Promise<void> => {
  const dataDir = readDataFolder(flags, context);
  const [before] = await stopGateways(dataDir);
  // Codex's configuration names the port: a new gateway takes over the old one's.
  const port = flags.port ?? (before && new URL(before.url).port);
  await start(port ? { ...flags, port } : flags, dataDir, context);
};

const withOptions = (command: Command): Command =>
  command
    .option('-p, --port <port>', 'port to listen on (PORT, default 8080)')
    .option('--host <host>', 'address to bind (HOST, default loopback)')
    .option('--workers <count>', 'processes that serve requests')
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .option(...CONFIG_OPTION)
    .option(...ENV_FILE_OPTION)
    .option('--demo', 'answer from a built-in upstream');

/** `gomodel-ts start`: `serve` in the background. */
export const startCommand = (context: CommandContext): Command =>
  withOptions(new Command('start'))
    .description(
      'Starts the gateway in the background. What it has to say goes to gateway.log in the data folder; `logs -f` shows the exchanges. With --service, systemd or launchd keeps it running.',
    )
    .summary('start the gateway in the background')
    .addOption(
      new Option('--service', 'show, install and start a service for this user').conflicts('envFile'),
    )
    .option('--dry-run', 'with --service: show the file and write nothing')
    .option('-y, --yes', 'with --service: do not ask before writing')
    .action((flags: StartFlags) => startOnce(flags, context));

/** `gomodel-ts restart`: on the port of the one before. */
export const restartCommand = (context: CommandContext): Command =>
  withOptions(new Command('restart'))
    .description('Stops the gateway of this data folder and starts one in the background on the same port.')
    .summary('restart the gateway in the background')
    .action((flags: StartFlags) => restart(flags, context));
