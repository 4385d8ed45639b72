import process from 'node:process';
import { Command, Option } from 'commander';
import { type FoundGateway, findGateways } from '../background/find-gateways.ts';
import { stopGateways } from '../background/stop-gateways.ts';
import type { CommandContext } from '../context.ts';
import { dashboardLink } from '../dashboard/dashboard-link.ts';
import { readDataFolder } from '../read-variables.ts';
import { openAddress } from '../serve/open-address.ts';

interface StatusFlags {
  readonly dataDir?: string;
  readonly json?: true;
}

const DATA_DIR = ['--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)'] as const;
const NONE =
  'No gateway runs with this data folder. Start one with `gomodel-ts start` or `gomodel-ts serve`.\n';

const describe = ({ url, version, pid, startedAt, health }: FoundGateway): string => {
  const state = health ? (health.isGuarded ? 'guarded by a key' : 'open to this machine') : 'does not answer';
  return [
    `listening  ${url}/v1   ${state}`,
    `dashboard  ${url}/admin/dashboard`,
    `version    ${version}`,
    `process    ${pid}, since ${new Date(startedAt).toLocaleString('sv-SE')}`,
    '',
  ].join('\n');
};

const status = async (flags: StatusFlags, context: CommandContext): Promise<void> => {
  const { stdout, stderr } = context;
  const found = await findGateways(readDataFolder(flags, context));
  for (const gateway of found) {
    const { url, pid, version, startedAt, health } = gateway;
    const record = { schemaVersion: 1, url, pid, version, startedAt, answers: health !== undefined };
    stdout.write(flags.json ? `${JSON.stringify(record)}\n` : describe(gateway));
  }
  if (found.length === 0) stderr.write(NONE);
  if (!found.some(({ health }) => health)) process.exitCode = 1;
};

const stop = async (flags: StatusFlags, context: CommandContext): Promise<void> => {
  const stopped = await stopGateways(readDataFolder(flags, context));
  for (const { url, pid } of stopped) context.stdout.write(`stopped    ${url} (pid ${pid})\n`);
  if (stopped.length === 0) context.stderr.write('No gateway runs with this data folder.\n');
};

const dashboard = async (
  flags: StatusFlags & { readonly print?: true; readonly link?: true },
  context: CommandContext,
): Promise<void> => {
  const { stdout, stderr } = context;
  const dataDir = readDataFolder(flags, context);
  const running = (await findGateways(dataDir)).find(({ health }) => health);
  if (!running?.health) {
    stderr.write(NONE);
    process.exitCode = 1;
    return;
  }
  const { url, isGuarded } = running.health;
  const address = `${url}/admin/dashboard`;
  if (flags.print) {
    stdout.write(`${address}\n`);
    return;
  }
  const link = dashboardLink({ url, isGuarded, dataDir });
  if (!flags.link && (await openAddress(link, context, process.platform))) {
    stderr.write(`opened ${address}\n`);
    return;
  }
  stdout.write(`${link}\n`);
  if (isGuarded) stderr.write('It lets one browser of this machine in, once and within a minute.\n');
};

/** `gomodel-ts status`: exit code 0 where a gateway answers. */
export const statusCommand = (context: CommandContext): Command =>
  new Command('status')
    .description('Says which gateway runs with the data folder. Exit code 1: none that answers.')
    .summary('say which gateway runs, and where')
    .option('--json', 'one line of JSON a gateway')
    .option(...DATA_DIR)
    .action((flags: StatusFlags) => status(flags, context));

/** `gomodel-ts stop`: running answers may end first. */
export const stopCommand = (context: CommandContext): Command =>
  new Command('stop')
    .description('Stops the gateway of the data folder; running answers may end within 10 s.')
    .summary('stop the gateway that runs')
    .option(...DATA_DIR)
    .action((flags: StatusFlags) => stop(flags, context));

/** `gomodel-ts dashboard` */
export const dashboardCommand = (context: CommandContext): Command =>
  new Command('dashboard')
    .description(
      'Opens the page of the gateway that runs, signed in: no key has to be typed. Where there is no browser, the link is printed.',
    )
    .summary('open the page of the gateway that runs')
    .addOption(new Option('--print', 'print the address, and open nothing').conflicts('link'))
    .option('--link', 'print the link that signs a browser in, once and within a minute')
    .option(...DATA_DIR)
    .action((flags: Parameters<typeof dashboard>[0]) => dashboard(flags, context));
