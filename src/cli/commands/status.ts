import process from 'node:process';
import { Command, Option } from 'commander';
import { askTelemetry } from '../ask-telemetry.ts';
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
  'No gateway is running with this data folder. Start one with `gomodel-ts start` or `gomodel-ts serve`.\n';

const describe = (
  { url, version, pid, startedAt, health }: FoundGateway,
  telemetry: readonly string[],
): string => {
  const state = health ? (health.isGuarded ? 'guarded by a key' : 'open to this machine') : 'does not answer';
  return [
    `listening  ${url}/v1   ${state}`,
    `dashboard  ${url}/admin/dashboard`,
    `version    ${version}`,
    `process    ${pid}, since ${new Date(startedAt).toLocaleString('sv-SE')}`,
    ...telemetry.map((line) => `telemetry  ${line}`),
    '',
  ].join('\n');
};

const status = async (flags: StatusFlags, context: CommandContext): Promise<void> => {
  const { stdout, stderr } = context;
  const found = await findGateways(readDataFolder(flags, context));
  for (const gateway of found) {
    const { url, pid, version, startedAt, health } = gateway;
    const record = { schemaVersion: 1, url, pid, version, startedAt, answers: health !== undefined };
    stdout.write(
      flags.json ? `${JSON.stringify(record)}\n` : describe(gateway, health ? await askTelemetry(url) : []),
    );
  }
  if (found.length === 0) stderr.write(NONE);
  if (!found.some(({ health }) => health)) process.exitCode = 1;
};

const stop = async (flags: StatusFlags, context: CommandContext): Promise<void> => {
  const stopped = await stopGateways(readDataFolder(flags, context));
  for (const { url, pid } of stopped) context.stdout.write(`stopped    ${url} (pid ${pid})\n`);
  if (stopped.length === 0) context.stderr.write('No gateway is running with this data folder.\n');
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
  if (isGuarded) stderr.write('The link signs in one browser on this machine, once, within a minute.\n');
};

/** `gomodel-ts status`: exit code 0 where a gateway answers. */
export const statusCommand = (context: CommandContext): Command =>
  new Command('status')
    .description('Shows which gateway is running with this data folder. Exits with 1 if none answers.')
    .summary('show which gateway is running, and where')
    .option('--json', 'print one line of JSON per gateway')
    .option(...DATA_DIR)
    .action((flags: StatusFlags) => status(flags, context));

/** `gomodel-ts stop`: running answers may end first. */
export const stopCommand = (context: CommandContext): Command =>
  new Command('stop')
    .description('Stops the gateway of this data folder. Answers in progress have 10 s to finish.')
    .summary('stop the running gateway')
    .option(...DATA_DIR)
    .action((flags: StatusFlags) => stop(flags, context));

/** `gomodel-ts dashboard` */
export const dashboardCommand = (context: CommandContext): Command =>
  new Command('dashboard')
    .description(
      'Opens the dashboard of the running gateway, signed in, so that no key has to be typed. Prints the link if there is no browser.',
    )
    .summary('open the dashboard of the running gateway')
    .addOption(new Option('--print', 'print the address and open nothing').conflicts('link'))
    .option('--link', 'print a link that signs one browser in, valid for a minute')
    .option(...DATA_DIR)
    .action((flags: Parameters<typeof dashboard>[0]) => dashboard(flags, context));
