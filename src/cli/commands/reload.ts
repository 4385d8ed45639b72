import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import { findGateways } from '../background/find-gateways.ts';
import type { CommandContext } from '../context.ts';
import { readDataFolder } from '../read-variables.ts';
import { forgetOutcome, type ReloadOutcome, readOutcome } from '../serve/reload-outcome.ts';

interface ReloadFlags {
  readonly dataDir?: string;
}

const WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

const askOne = async (dataDir: string, pid: number): Promise<ReloadOutcome> => {
  await forgetOutcome(dataDir);
  process.kill(pid, 'SIGUSR2');
  const deadline = performance.now() + WITHIN_MS;
  while (performance.now() < deadline) {
    const outcome = await readOutcome(dataDir, pid);
    if (outcome) return outcome;
    await pause(LOOK_EVERY_MS);
  }
  throw new GatewayError(
    'command_failed',
    `the gateway (pid ${pid}) has not said within ${WITHIN_MS / 1000} s what came of it. Its own output says more.`,
  );
};

const reload = async (flags: ReloadFlags, context: CommandContext): Promise<void> => {
  if (process.platform === 'win32') {
    throw new GatewayError('command_failed', 'there are no signals on Windows: use `gomodel-ts restart`.');
  }
  const dataDir = readDataFolder(flags, context);
  const found = (await findGateways(dataDir)).filter(({ health }) => health);
  if (found.length === 0) {
    context.stderr.write('No gateway is running with this data folder.\n');
    process.exitCode = 1;
  }
  for (const { url, pid } of found) {
    const { isDone, message } = await askOne(dataDir, pid);
    (isDone ? context.stdout : context.stderr).write(`${url}  ${message}\n`);
    if (!isDone) process.exitCode = 1;
  }
};

/** `gomodel-ts reload`. */
export const reloadCommand = (context: CommandContext): Command =>
  new Command('reload')
    .summary('let the running gateway read its configuration again')
    .description(
      'Lets the running gateway read its configuration again: providers, keys, aliases, failover, proxies, budgets, rate limits. Running requests end on the old one. A configuration that is refused changes nothing. What holds from the next start on is named.',
    )
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .action((flags: ReloadFlags) => reload(flags, context));
